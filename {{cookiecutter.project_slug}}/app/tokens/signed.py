"""Access tokens.

They are signed, so a forged one costs no query, and wrap a row, so a real one can be revoked.

Spec: RFC 9068 §2, §4.
"""

import hmac
import secrets
from datetime import datetime
from typing import Any

from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from ..signin.auth import settings
from ..signin.database import now

ALGORITHM = "HS256"
TYPE = "at+jwt"
PURPOSE = b"access tokens of the API"


def new_secret() -> str:
    """Return what an access token wraps; its hash is stored."""
    return secrets.token_urlsafe(32)


def sign(secret: str, user_id: int, scope: str, expires_at: datetime) -> str:
    """Return an access token."""
    claims = {
        "iss": settings().public_url,
        "aud": _audience(),
        "sub": str(user_id),
        "scope": scope,
        "iat": int(now().timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": secret,
    }
    return jwt.encode({"alg": ALGORITHM, "typ": TYPE}, claims, _keys()[0])


def secret_of(text: str) -> str | None:
    """Return what an access token wraps; None if it is forged, expired or for somebody else."""
    for key in _keys():
        try:
            token = jwt.decode(text, key, algorithms=[ALGORITHM])
        except (JoseError, ValueError):
            continue
        return _secret(token.header, token.claims)
    return None


def _secret(header: dict[str, Any], claims: dict[str, Any]) -> str | None:
    expires, secret = claims.get("exp"), claims.get("jti")
    ours = (header.get("typ"), claims.get("iss"), claims.get("aud"))
    if ours != (TYPE, settings().public_url, _audience()):
        return None
    if not isinstance(expires, int) or expires <= now().timestamp():
        return None
    return secret if isinstance(secret, str) else None


def _audience() -> str:
    return f"{settings().public_url}/api"


def _keys() -> list[OctKey]:
    """Return a key for each secret key: the first one signs, all of them verify."""
    config = current_app.config
    secrets_ = [config["SECRET_KEY"], *(config.get("SECRET_KEY_FALLBACKS") or ())]
    keys = (hmac.digest(secret.encode(), PURPOSE, "sha256") for secret in secrets_)
    return [OctKey.import_key(key) for key in keys]
