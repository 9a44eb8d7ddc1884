"""The Logout Token: the provider says that somebody signed out there.

Spec: OpenID Connect Back-Channel Logout 1.0.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import Key

from .authorization import expected_issuers
from .claims import storable_id
from .errors import InvalidIDToken
from .id_token import (
    KEY_TYPES,
    LEEWAY_SECONDS,
    MAX_AGE_SECONDS,
    UnknownKey,
    decoded,
    time_claim,
    verified,
)
from .provider import Client

EVENT = "http://schemas.openid.net/event/backchannel-logout"
OTHER_ISSUER = "iss does not match the provider's issuer"
OTHER_CLIENT = "aud is another client"
KINDS = ("JWT", "LOGOUT+JWT")
# How long a token without `exp` is good.
NEW_SECONDS = 300


@dataclass(frozen=True)
class Logout:
    """Who signed out: `sub` names a person, `sid` one session; at most one of them is None.

    `issued_at` is the time of the Logout Token, in seconds.  It says nothing about a session that
    started later.
    """

    sub: str | None
    sid: str | None
    issued_at: float


def check_unverified(client: Client, token: str) -> None:
    """Refuse a token that cannot be for this client, before anything is fetched for it.

    Anybody can send one.  Its form, algorithm, kind, issuer and audience are looked at;
    `read_logout_token` verifies them.  Raises InvalidIDToken.
    """
    every = {"id_token_signing_alg_values_supported": list(KEY_TYPES)}
    with suppress(UnknownKey):
        verified(client, every, token, keys=[], kinds=KINDS)
    claims, provider = decoded(token.split(".")[1]), client.provider
    if provider.issuers is None and claims.get("iss") != provider.issuer:
        raise InvalidIDToken(OTHER_ISSUER)
    if claims.get("aud") not in (client.client_id, [client.client_id]):
        raise InvalidIDToken(OTHER_CLIENT)


def read_logout_token(
    client: Client, metadata: Mapping[str, Any], token: str, keys: Sequence[Key]
) -> Logout:
    """Return what a Logout Token says.

    It is signed like an ID Token but must hold the logout event and no nonce.  Early drafts had no
    `exp`; a token without one must be new.  Raises UnknownKey, InvalidIDToken.
    Spec: OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6.
    """
    _, claims = verified(client, metadata, token, keys, kinds=KINDS)
    sub, sid = claims.get("sub") or None, claims.get("sid") or None
    events, audience = claims.get("events"), claims.get("aud")
    checks = {
        OTHER_ISSUER: claims.get("iss") in expected_issuers(client.provider, metadata, claims),
        OTHER_CLIENT: audience in (client.client_id, [client.client_id]),
        "it is not about a logout": isinstance(events, dict)
        and isinstance(events.get(EVENT), dict),
        "it has a nonce, which only ID Tokens have": "nonce" not in claims,
        "it has neither sub nor sid": sub is not None or sid is not None,
        "sub or sid is not text": all(isinstance(named, str | None) for named in (sub, sid)),
        # A session whose sid could not be stored was started without one, so `sub` is enough.
        "it names nobody with a printable id": storable_id(str(sub or sid)),
        **_times(claims),
    }
    for problem, passed in checks.items():
        if not passed:
            raise InvalidIDToken(problem)
    return Logout(sub, sid, claims["iat"])


def _times(claims: Mapping[str, Any]) -> dict[str, bool]:
    """Return the checks of `iat` and `exp`.  Without `exp` the token must be new."""
    age, exp = time.time() - time_claim(claims, "iat"), claims.get("exp")
    expired = "it has expired: check this machine's clock"
    if exp is None:
        expired = f"exp is missing, and iat is more than {NEW_SECONDS} s ago"
    ends_in = NEW_SECONDS - age if exp is None else time_claim(claims, "exp") - time.time()
    return {
        "iat is in the future: check this machine's clock": age >= -LEEWAY_SECONDS,
        expired: ends_in > -LEEWAY_SECONDS,
        "iat is too old: check this machine's clock": age <= MAX_AGE_SECONDS + LEEWAY_SECONDS,
    }
