"""Who it is: the ID Token, signed by the provider.

It is verified always, though it comes over TLS from the token endpoint: one rule, no exceptions.
"""

import hashlib
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, OctKey

from .answers import decode_json
from .authorization import PendingLogin
from .errors import InvalidIDToken, InvalidResponse
from .provider import Client, Provider

LEEWAY_SECONDS = 60
MAX_AGE_SECONDS = 300
MAX_LENGTH = 64 * 1024
MAX_TIME = 1e12
KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
HASHES = {"EdDSA": hashlib.sha512, "Ed25519": hashlib.sha512}


class UnknownKey(InvalidIDToken):
    """No known key made the signature: the provider may have changed its keys."""


def algorithms(provider: Provider, server: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the signature algorithms that are taken from a provider, never from the token.

    What the declaration or the owner's setting says; else what the metadata lists, cut to those
    with public keys; RS256 where it lists nothing.  Raises InvalidResponse where none is left.
    Spec: OpenID Connect Core 1.0 §3.1.3.7 items 7 and 8, OpenID Connect Discovery 1.0 §3.
    """
    listed = server.get("id_token_signing_alg_values_supported") or ["RS256"]
    pinned = provider.id_token_algs or tuple(name for name in KEY_TYPES if name in listed)
    if not pinned:
        raise InvalidResponse("the provider signs with no algorithm that is taken")
    return pinned


def read_id_token(
    client: Client,
    server: Mapping[str, Any],
    pending: PendingLogin,
    tokens: Mapping[str, Any],
    keys: Sequence[Key],
) -> dict[str, Any]:
    """Return the claims of a token response's ID Token, every one of them checked.

    Raises UnknownKey when none of `keys` made the signature, InvalidIDToken for anything else.
    Spec: OpenID Connect Core 1.0 §3.1.3.7.
    """
    alg, claims = verified(client, server, tokens.get("id_token"), keys)
    _check_claims(client, server["issuer"], pending, claims)
    if "at_hash" in claims:
        _check_at_hash(claims["at_hash"], alg, tokens["access_token"])
    return claims


def verified(
    client: Client,
    server: Mapping[str, Any],
    token: Any,
    keys: Sequence[Key],
    kinds: tuple[str, ...] = ("JWT",),
) -> tuple[str, dict[str, Any]]:
    """Return the algorithm and the claims of a token that the provider has signed for us.

    `kinds` are the values of `typ` that are taken; none is a JWT.  The claims are not checked.
    Raises UnknownKey, InvalidIDToken.
    """
    if not isinstance(token, str) or len(token) > MAX_LENGTH or token.count(".") != 2:
        raise InvalidIDToken("there is no token in compact form")
    header, claims = (_object(part) for part in token.split(".")[:2])
    alg = _checked_algorithm(header, algorithms(client.provider, server), kinds)
    _check_signature(token, alg, _candidates(client, header, alg, keys))
    return alg, claims


def _object(part: str) -> dict[str, Any]:
    """Decode a part of the token.  Spec: RFC 7515 §5.2 items 2 to 4."""
    try:
        value = decode_json(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, InvalidResponse) as error:
        raise InvalidIDToken("a part of it is not JSON in base64url") from error
    if not isinstance(value, dict):
        raise InvalidIDToken("a part of it is not a JSON object")
    return value


def _checked_algorithm(
    header: Mapping[str, Any], pinned: tuple[str, ...], kinds: tuple[str, ...]
) -> str:
    """Spec: OpenID Connect Core 1.0 §3.1.3.7 item 7, RFC 7515 §4.1.11, RFC 8725 §3.11."""
    if "crit" in header:
        raise InvalidIDToken("it names extensions that must be understood")
    if str(header.get("typ", "JWT")).upper() not in kinds:
        raise InvalidIDToken("it is a token of another kind")
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in pinned:
        raise InvalidIDToken("its algorithm is not one of the provider's")
    return alg


def _candidates(
    client: Client, header: Mapping[str, Any], alg: str, keys: Sequence[Key]
) -> list[Key]:
    """Return the provider's keys that may have made the signature.

    `jwk`, `jku`, `x5u` and `x5c` of the header are not looked at.
    Spec: OpenID Connect Core 1.0 §10.1.
    """
    if alg == "HS256":
        return [OctKey.import_key(client.client_secret)]
    fitting = [key for key in keys if key.key_type == KEY_TYPES[alg]]
    fitting = [key for key in fitting if key.get("alg") in (None, alg, "EdDSA")]
    kid = header.get("kid")
    return [key for key in fitting if kid is None or key.kid == kid]


class _Registry(jws.JWSRegistry):
    def get_alg(self, name: str) -> Any:
        """Return the allowed algorithm, without a warning that EdDSA is an old name."""
        allowed = name in (self.allowed or ())
        return self.algorithms[name] if allowed else super().get_alg(name)


def _check_signature(token: str, alg: str, candidates: Sequence[Key]) -> None:
    """Spec: OpenID Connect Core 1.0 §3.1.3.7 item 6, RFC 7515 §5.2."""
    registry = _Registry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = MAX_LENGTH
    for key in candidates:
        try:
            jws.deserialize_compact(token, key, registry=registry)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        return
    raise UnknownKey("no key of the provider made its signature")


def _check_claims(
    client: Client, issuer: str, pending: PendingLogin, claims: Mapping[str, Any]
) -> None:
    """Spec: OpenID Connect Core 1.0 §2, and §3.1.3.7 items 2 to 5 and 9 to 13."""
    now = time.time()
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    for_us = claims.get("azp", client.client_id) == client.client_id
    shared = "azp" not in claims and any(other != client.client_id for other in audiences)
    issued_at, expires_at = time_claim(claims, "iat"), time_claim(claims, "exp")
    checks = {
        "iss is another issuer": claims.get("iss") == issuer,
        "aud is another client": client.client_id in audiences,
        "azp is another client": for_us,
        "aud names others too, and no azp says that it is for us": not shared,
        "it has expired": now < expires_at + LEEWAY_SECONDS,
        "it comes from the future: is this machine's clock right?": (
            issued_at <= now + LEEWAY_SECONDS
        ),
        "it is too old: is this machine's clock right?": (
            issued_at >= now - MAX_AGE_SECONDS - LEEWAY_SECONDS
        ),
        "it is not valid yet": "nbf" not in claims
        or time_claim(claims, "nbf") <= now + LEEWAY_SECONDS,
        "nonce is not the one of this login": claims.get("nonce") == pending.nonce,
        "there is no sub": isinstance(claims.get("sub"), str) and claims["sub"],
        "the person did not sign in anew": (
            pending.max_age is None
            or time_claim(claims, "auth_time") >= now - pending.max_age - LEEWAY_SECONDS
        ),
    }
    for problem, passed in checks.items():
        if not passed:
            raise InvalidIDToken(problem)


def time_claim(claims: Mapping[str, Any], name: str) -> float:
    """Return a NumericDate in seconds.  Raises InvalidIDToken.  Spec: RFC 7519 §2."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < MAX_TIME:
        raise InvalidIDToken(f"{name} is missing or not a time")
    return value


def _check_at_hash(at_hash: Any, alg: str, access_token: str) -> None:
    """Spec: OpenID Connect Core 1.0 §3.1.3.8."""
    digest = HASHES.get(alg, hashlib.sha256)(access_token.encode()).digest()
    expected = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if at_hash != expected:
        raise InvalidIDToken("at_hash is not the access token's")
