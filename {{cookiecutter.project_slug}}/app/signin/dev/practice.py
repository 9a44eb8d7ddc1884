"""The practice provider: a small OpenID Provider that needs no credentials."""

import hashlib
import threading
import time
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from flask import Blueprint, abort
from joserfc import jwt
from joserfc.jwk import RSAKey

from ..auth import settings
from .authorization_server import METHODS, TOKENS, authorize, granted_to_bearer, redeem
from .personas import chosen
from .practice_clients import ISSUER

LIFE_SECONDS = 300

bp = Blueprint(
    "signin_practice",
    __name__,
    url_prefix="/dev/practice",
    static_folder="pictures",
    static_url_path="/pictures",
)
bp.add_url_rule("/authorize", view_func=authorize, defaults={"name": "practice"}, methods=METHODS)

_one_at_a_time = threading.Lock()


@bp.post("/token")
def token() -> tuple[dict[str, Any], int]:
    """Exchange a code for an ID Token and an access token.

    Spec: OpenID Connect Core 1.0 §3.1.3.
    """
    granted, error = redeem("practice")
    if error:
        return {"error": error}, 400
    access_token = TOKENS.add(granted)
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": LIFE_SECONDS,
        "id_token": _id_token(granted, access_token),
    }, 200


@bp.get("/userinfo")
def userinfo() -> dict[str, Any]:
    """Return the claims for an access token.  Spec: OpenID Connect Core 1.0 §5.3."""
    return _claims(granted_to_bearer("practice"))


@bp.get("/jwks")
def jwks() -> dict[str, Any]:
    """Publish the key that signs ID Tokens.  Spec: RFC 7517 §5."""
    return {"keys": [_key().as_dict(private=False, kid=_key().thumbprint(), use="sig")]}


def _claims(granted: dict[str, str]) -> dict[str, Any]:
    """Return the claims that the scope allows.  Spec: OpenID Connect Core 1.0 §5.4."""
    persona, scope = chosen(granted) or abort(400), granted["scope"].split()
    claims: dict[str, Any] = {"sub": persona.login}
    if "profile" in scope:
        claims |= {"name": persona.name, "preferred_username": persona.login}
    if "profile" in scope and persona.picture:
        claims["picture"] = f"{settings().public_url}/dev/practice/pictures/{persona.picture}"
    if "email" in scope and persona.email:
        claims |= {"email": persona.email, "email_verified": persona.email_verified}
    return claims


def _id_token(granted: dict[str, str], access_token: str) -> str:
    """Spec: OpenID Connect Core 1.0 §2, §3.1.3.6."""
    now = int(time.time())
    half_hash = hashlib.sha256(access_token.encode()).digest()[:16]
    claims = _claims(granted) | {
        "iss": ISSUER,
        "aud": granted["client_id"],
        "iat": now,
        "auth_time": now,
        "exp": now + LIFE_SECONDS,
        "nonce": granted["nonce"],
        "at_hash": urlsafe_b64encode(half_hash).rstrip(b"=").decode(),
    }
    key = RSAKey.generate_key(2048) if granted.get("fault") == "key" else _key()
    return jwt.encode({"alg": "RS256", "kid": key.thumbprint()}, claims, key)


def _key() -> RSAKey:
    with _one_at_a_time:
        return _made_key()


@cache
def _made_key() -> RSAKey:
    return RSAKey.generate_key(2048)
