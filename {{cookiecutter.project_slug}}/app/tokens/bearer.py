"""Who calls the API: the bearer token of a request.  Spec: RFC 6750 §2.1 and §3.1."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from ..signin.auth.limits import counted
from ..signin.database import hash_of, now
from ..signin.host import db
from ..signin.models import ApiToken
from ..signin.user import SignInUser
from . import formats, signed
from .errors import ApiError

USED_EVERY = timedelta(minutes=1)
REALM = "api"

P = ParamSpec("P")
T = TypeVar("T")


def token_required(*scopes: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a view be called only with a token that has these scopes.

    The view finds the token in `current_token()` and its person in `current_user()`.
    """

    def decorator(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            g.api_token = authenticated()
            require(*scopes)
            return view(*args, **kwargs)

        return guarded

    return decorator


def current_token() -> ApiToken:
    """Return the token of this request.  For views behind `token_required`."""
    token: ApiToken = g.api_token
    return token


def current_user() -> SignInUser:
    """Return the person whose token this is.  For views behind `token_required`."""
    user: SignInUser = g.api_token.user
    return user


def require(*scopes: str) -> None:
    """Refuse a token without these scopes.  Raises ApiError."""
    missing = set(scopes) - set(current_token().scope.split())
    if missing:
        needed = " ".join(scopes)
        raise ApiError(
            403,
            "insufficient_scope",
            f"This needs a token with the scope {needed}.",
            {"realm": REALM, "error": "insufficient_scope", "scope": needed},
        )


def authenticated() -> ApiToken:
    """Return the token of this request, with its user: one query.  Raises ApiError.

    Only the header counts: an address with a token in it ends up in logs and histories, and a
    cookie would be sent by a page of another site too.
    """
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise ApiError(
            401, "missing_token", "Send a token: Authorization: Bearer …", {"realm": REALM}
        )
    token = _find(text.strip())
    if token is None:
        count_bad_token()
        raise ApiError(
            401,
            "invalid_token",
            "The token is unknown, expired or revoked.",
            {"realm": REALM, "error": "invalid_token"},
        )
    _mark_used(token)
    return token


@counted(reason="too_many_bad_tokens")
def count_bad_token() -> None:
    """Count a token that was refused.  Good ones are not counted, so bad ones cannot stop them."""


def _find(text: str) -> ApiToken | None:
    """Return the row of a token that may be used, with its user."""
    if formats.is_ours(text, "pat"):
        secret, kind = text, "personal"
    elif found := signed.secret_of(text):
        secret, kind = found, "access"
    else:
        return None
    token = db.session.scalar(
        select(ApiToken)
        .options(joinedload(ApiToken.user, innerjoin=True))
        .where(ApiToken.token_hash == hash_of(secret), ApiToken.kind == kind)
    )
    usable = token and token.expires_at > now() and token.user and token.user.may_sign_in
    return token if usable else None


def _mark_used(token: ApiToken) -> None:
    """Store when and from where a token was used, at most once a minute."""
    moment, address = now(), request.remote_addr
    if token.last_used_at and token.last_used_at > moment - USED_EVERY:
        return
    used = update(ApiToken).where(ApiToken.id == token.id)
    values = {"last_used_at": moment, "last_used_address": address}
    db.session.execute(used.values(values).execution_options(synchronize_session=False))
    db.session.commit()
