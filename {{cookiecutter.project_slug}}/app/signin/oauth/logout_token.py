"""The Logout Token: the provider says that somebody signed out there.

Spec: OpenID Connect Back-Channel Logout 1.0.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc.jwk import Key

from .authorization import expected_issuers
from .errors import InvalidIDToken
from .id_token import LEEWAY_SECONDS, MAX_AGE_SECONDS, time_claim, verified
from .provider import Client

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def read_logout_token(
    client: Client, metadata: Mapping[str, Any], token: str, keys: Sequence[Key]
) -> tuple[str | None, str | None]:
    """Return the `sub` and the `sid` that a Logout Token names; one of them may be None.

    It is signed like an ID Token but must hold the logout event and no nonce.  Raises UnknownKey,
    InvalidIDToken.  Spec: OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6.
    """
    _, claims = verified(client, metadata, token, keys, kinds=("JWT", "LOGOUT+JWT"))
    now = time.time()
    events, audience = claims.get("events"), claims.get("aud")
    sub, sid = claims.get("sub"), claims.get("sid")
    issued_at = time_claim(claims, "iat")
    checks = {
        "iss does not match the provider's issuer": claims.get("iss")
        in expected_issuers(client.provider, metadata, claims),
        "aud is another client": audience in (client.client_id, [client.client_id]),
        "it has expired": now < time_claim(claims, "exp") + LEEWAY_SECONDS,
        "iat is too old or in the future: check this machine's clock": (
            -LEEWAY_SECONDS <= now - issued_at <= MAX_AGE_SECONDS + LEEWAY_SECONDS
        ),
        "it is not about a logout": isinstance(events, dict)
        and isinstance(events.get(EVENT), dict),
        "it has a nonce, which only ID Tokens have": "nonce" not in claims,
        "it has neither sub nor sid": bool(sub or sid),
        "sub or sid is not text": all(isinstance(v, str | None) for v in (sub, sid)),
    }
    for problem, passed in checks.items():
        if not passed:
            raise InvalidIDToken(problem)
    return sub, sid
