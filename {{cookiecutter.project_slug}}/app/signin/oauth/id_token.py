"""Verify the ID Token, which says who signed in.

The signature is always checked, although the specification lets a client rely on TLS here.
"""

import hashlib
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, OctKey

from .authorization import PendingRequest, expected_issuers
from .errors import InvalidIDToken, InvalidResponse
from .provider import Client, Provider
from .responses import decode_json

LEEWAY_SECONDS = 60
# A bound for tokens whose `exp` is good.  The nonce ties a token to its login.
MAX_AGE_SECONDS = 3600
MAX_LENGTH = 64 * 1024
MAX_TIME = 1e12
KEY_TYPES: dict[str, Literal["RSA", "EC", "OKP"]] = {
    **{f"{family}{bits}": "RSA" for family in ("RS", "PS") for bits in (256, 384, 512)},
    **{f"ES{bits}": "EC" for bits in (256, 384, 512)},
    "EdDSA": "OKP",
    "Ed25519": "OKP",
}
SECRET_ALGORITHMS = ("HS256", "HS384", "HS512")


class UnknownKey(InvalidIDToken):
    """No known key verifies the signature; the provider may have changed its keys."""


def algorithms(provider: Provider, metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the accepted signature algorithms.  The token cannot add any.

    Uses the provider's `id_token_algs` if set.  Otherwise uses the public-key algorithms in the
    metadata, or RS256 if it lists none.  Raises InvalidResponse if none is left.
    Spec: OpenID Connect Core 1.0 §3.1.3.7 items 7 and 8, OpenID Connect Discovery 1.0 §3.
    """
    listed = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    pinned = provider.id_token_algs or tuple(name for name in KEY_TYPES if name in listed)
    return pinned or _no_algorithm(provider, listed)


def _no_algorithm(provider: Provider, listed: Sequence[Any]) -> NoReturn:
    """Raise InvalidResponse: the metadata lists no algorithm that can be accepted."""
    named = ", ".join(str(name) for name in listed)[:200]
    message = f"the provider signs ID Tokens with {named!r} alone, which is not accepted"
    if set(SECRET_ALGORITHMS) & {str(name) for name in listed}:
        message += ": give it a signing key for this app"
        if provider.settings_prefix:
            message += f", or set {provider.setting('ID_TOKEN_ALG')}"
    raise InvalidResponse(message)


def read_id_token(
    client: Client,
    metadata: Mapping[str, Any],
    login: PendingRequest,
    tokens: Mapping[str, Any],
    keys: Sequence[Key],
) -> dict[str, Any]:
    """Return the claims of the ID Token in a token response, after all checks.

    Raises UnknownKey if none of `keys` verifies the signature, InvalidIDToken for anything else.
    Spec: OpenID Connect Core 1.0 §3.1.3.7.
    """
    alg, claims = verified(client, metadata, tokens.get("id_token"), keys)
    _check_claims(client, metadata, login, claims)
    if "at_hash" in claims:
        _check_at_hash(claims["at_hash"], alg, tokens["access_token"])
    return claims


def verified(
    client: Client,
    metadata: Mapping[str, Any],
    token: Any,
    keys: Sequence[Key],
    kinds: tuple[str, ...] = ("JWT",),
) -> tuple[str, dict[str, Any]]:
    """Return the algorithm and the claims of a token whose signature is the provider's.

    `kinds` are the accepted values of `typ`, which may be missing.  The claims are not checked.
    Raises UnknownKey, InvalidIDToken.
    """
    if not isinstance(token, str) or len(token) > MAX_LENGTH or token.count(".") != 2:
        raise InvalidIDToken("there is no token in compact form")
    header, claims = (decoded(part) for part in token.split(".")[:2])
    alg = _checked_algorithm(header, algorithms(client.provider, metadata), kinds)
    _check_signature(token, alg, _candidates(client, header, alg, keys))
    return alg, claims


def decoded(part: str) -> dict[str, Any]:
    """Return the header or the payload of a token, unverified.  Raises InvalidIDToken.

    Spec: RFC 7515 §5.2 items 2 to 4.
    """
    try:
        value = decode_json(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, InvalidResponse) as error:
        raise InvalidIDToken("the token's header or payload is not JSON in base64url") from error
    if not isinstance(value, dict):
        raise InvalidIDToken("the token's header or payload is not a JSON object")
    return value


def _checked_algorithm(
    header: Mapping[str, Any], pinned: tuple[str, ...], kinds: tuple[str, ...]
) -> str:
    """Return the accepted `alg` of the header.

    Spec: OpenID Connect Core 1.0 §3.1.3.7 item 7, RFC 7515 §4.1.11, RFC 8725 §3.11.
    """
    if "crit" in header:
        raise InvalidIDToken("the token names extensions that must be understood")
    if str(header.get("typ", "JWT")).upper() not in kinds:
        raise InvalidIDToken("it is another kind of token")
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in pinned:
        message = f"it is signed with {str(alg)[:40]!r}, expected {' or '.join(pinned)}"
        raise InvalidIDToken(message)
    return alg


def _candidates(
    client: Client, header: Mapping[str, Any], alg: str, keys: Sequence[Key]
) -> list[Key]:
    """Return the provider's keys that may have made the signature.

    `jwk`, `jku`, `x5u` and `x5c` of the header are ignored.  Spec: OpenID Connect Core 1.0 §10.1.
    """
    if alg in SECRET_ALGORITHMS:
        return [OctKey.import_key(client.client_secret)]
    fitting = [key for key in keys if key.key_type == KEY_TYPES[alg]]
    fitting = [key for key in fitting if key.get("alg") in (None, alg, "EdDSA")]
    kid = header.get("kid")
    return [key for key in fitting if kid is None or key.kid in (None, kid)]


class _Registry(jws.JWSRegistry):
    def get_alg(self, name: str) -> Any:
        """Return the allowed algorithm, without a warning that EdDSA is an old name."""
        allowed = name in (self.allowed or ())
        return self.algorithms[name] if allowed else super().get_alg(name)


def _check_signature(token: str, alg: str, candidates: Sequence[Key]) -> None:
    """Check the signature against each key.

    Spec: OpenID Connect Core 1.0 §3.1.3.7 item 6, RFC 7515 §5.2.
    """
    registry = _Registry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = MAX_LENGTH
    for key in candidates:
        try:
            jws.deserialize_compact(token, key, registry=registry)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        return
    raise UnknownKey("no key of the provider verifies its signature")


def _check_claims(
    client: Client, metadata: Mapping[str, Any], login: PendingRequest, claims: Mapping[str, Any]
) -> None:
    """Check issuer, audience, times, nonce and subject.

    Spec: OpenID Connect Core 1.0 §2, and §3.1.3.7 items 2 to 5 and 9 to 13.
    """
    now, provider = time.time(), client.provider
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    for_us = claims.get("azp", client.client_id) == client.client_id
    shared = "azp" not in claims and any(other != client.client_id for other in audiences)
    age, expires_at = now - time_claim(claims, "iat"), time_claim(claims, "exp")
    starts_at = time_claim(claims, "nbf") if "nbf" in claims else now
    signed_in_at = now if login.max_age is None else time_claim(claims, "auth_time")
    same_nonce = not provider.nonce or claims.get("nonce") == login.nonce
    checks = {
        "iss does not match the provider's issuer": claims.get("iss")
        in expected_issuers(provider, metadata, claims),
        "aud is another client": client.client_id in audiences,
        "azp is another client": for_us,
        "aud has several clients and azp is missing": not shared,
        "it has expired: check this machine's clock": now < expires_at + LEEWAY_SECONDS,
        "iat is in the future: check this machine's clock": -age <= LEEWAY_SECONDS,
        "iat is too old: check this machine's clock": age <= MAX_AGE_SECONDS + LEEWAY_SECONDS,
        "it is not valid yet: check this machine's clock": starts_at <= now + LEEWAY_SECONDS,
        "nonce is not the one of this login": same_nonce,
        "there is no sub": isinstance(claims.get("sub"), str) and claims["sub"],
        "the person did not sign in again": (
            signed_in_at >= now - (login.max_age or 0) - LEEWAY_SECONDS
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
    """Check that `at_hash` matches the access token.  Spec: OpenID Connect Core 1.0 §3.1.3.8."""
    bits = alg[-3:] if alg[-3:] in ("256", "384", "512") else "512"
    digest = hashlib.new(f"sha{bits}", access_token.encode()).digest()
    expected = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if at_hash != expected:
        raise InvalidIDToken("at_hash does not match the access token")
