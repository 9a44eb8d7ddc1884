"""Issue tokens, exchange refresh tokens, revoke them.

Spec: RFC 6749 §5.1 and §6, RFC 9700 §4.14.
"""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from ..signin.auth import audit
from ..signin.auth.accounts import locked
from ..signin.database import hash_of, now
from ..signin.host import db
from ..signin.models import ApiToken
from . import formats, signed
from .errors import ApiError

ACCESS = timedelta(minutes=15)
REFRESH = timedelta(days=7)
# Two requests of one program may exchange a refresh token at the same time.
GRACE = timedelta(seconds=10)


def personal(user_id: int, name: str, scope: str, days: int) -> str:
    """Add a personal token to the current transaction; return it.  It is not shown again."""
    text = formats.new("pat")
    expires_at = now() + timedelta(days=days)
    shown, hashed = formats.shown(text), hash_of(text)
    db.session.add(
        ApiToken(
            user_id=user_id,
            kind="personal",
            name=name,
            prefix=shown,
            token_hash=hashed,
            scope=scope,
            expires_at=expires_at,
        )
    )
    return text


def pair(user_id: int, name: str, scope: str, family: str = "") -> dict[str, Any]:
    """Add an access and a refresh token to the current transaction; return the token response.

    Without a `family` they begin one.
    """
    family = family or secrets.token_urlsafe(32)
    secret, refresh = signed.new_secret(), formats.new("ref")
    same = {"user_id": user_id, "name": name, "scope": scope, "family": family}
    ends = now() + ACCESS
    db.session.add_all(
        [
            ApiToken(**same, kind="access", prefix="", token_hash=hash_of(secret), expires_at=ends),
            ApiToken(
                **same,
                kind="refresh",
                prefix=formats.shown(refresh),
                token_hash=hash_of(refresh),
                expires_at=now() + REFRESH,
            ),
        ]
    )
    return {
        "access_token": signed.sign(secret, user_id, scope, ends),
        "token_type": "Bearer",
        "expires_in": int(ACCESS.total_seconds()),
        "refresh_token": refresh,
        "scope": scope,
    }


def refreshed(text: str) -> dict[str, Any]:
    """Exchange a refresh token for a new pair, and commit; return the token response.

    A refresh token is exchanged once.  One that comes again after a few seconds was stolen, from
    the program or from us, so its whole family ends.  Raises ApiError.
    """
    if not formats.is_ours(text, "ref"):
        raise _invalid_grant()
    here = ApiToken.token_hash == hash_of(text), ApiToken.kind == "refresh"
    user_id = db.session.scalar(select(ApiToken.user_id).where(*here))
    if user_id is None:
        raise _invalid_grant()
    # While the row of the user is locked, nobody else exchanges the token or revokes it.
    user = locked(user_id)
    old, moment = db.session.scalar(select(ApiToken).where(*here)), now()
    if old is None or old.expires_at <= moment or not user.may_sign_in:
        raise _invalid_grant()
    if old.replaced_at and old.replaced_at < moment - GRACE:
        audit.record("token_reused", user_id=user.id)
        revoke(ApiToken.family == old.family)
        db.session.commit()
        raise _invalid_grant()
    old.replaced_at = old.replaced_at or moment
    response = pair(user.id, old.name, old.scope, old.family or "")
    db.session.commit()
    return response


def revoke(*conditions: ColumnElement[bool]) -> int:
    """Delete the tokens that match, in the current transaction; return their number."""
    gone = delete(ApiToken).where(*conditions).returning(ApiToken.id)
    return len(list(db.session.scalars(gone)))


def _invalid_grant() -> ApiError:
    return ApiError(400, "invalid_grant", "The token is unknown, used or expired: sign in again.")
