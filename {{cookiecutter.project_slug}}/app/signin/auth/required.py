"""Fill columns that a user class of yours requires and sign-in does not know.

Call them in `host.adapt_user`, which gets each user before it is stored.  A value that is there
stays.
"""

import re
import secrets
from itertools import count
from typing import Any

from sqlalchemy import func, inspect, select

from ..host import NO_PASSWORD, db
from ..oauth.provider import Claims
from . import accounts
from .errors import IdentityError

# After so many taken names, a random ending.
TRIES = 20


def unique_address(user: Any, claims: Claims, *, needed: bool) -> None:
    """Keep `email` unique: store a verified address that nobody else has, in lower case.

    An address that is not verified is not stored.  Otherwise anybody could find out who has an
    account, and keep others out by their address.
    Raises IdentityError for a new user whose address is taken, or missing where it is `needed`.
    """
    is_new, change = inspect(user).transient, inspect(user).attrs.email.history
    if not (is_new or change.added):
        return
    address = user.email.lower() if user.email and claims.email_verified else None
    if address and _is_taken(user, "email", address):
        if is_new:
            raise IdentityError("email_taken")
        address = None
    if is_new and needed and not address:
        raise claims.unread or IdentityError("email_required")
    if address or is_new:
        user.email, user.email_verified = address, bool(address)
    else:
        user.email, user.email_verified = change.deleted[0], _before(user, "email_verified")


def name(user: Any, claims: Claims, column: str, length: int) -> None:
    """Set a column to a name for display, if it has none."""
    if getattr(user, column) is None:
        setattr(user, column, _names(claims)[0][:length])


def unique_name(user: Any, claims: Claims, column: str, length: int) -> None:
    """Set a column to a name of letters, digits, `_` and `-` that nobody else has."""
    if getattr(user, column) is not None:
        return
    words = (
        re.sub(r"[^A-Za-z0-9_-]+", "", word.replace(" ", "_")) for word in _names(claims)[::-1]
    )
    wanted = next(filter(None, words), "user")
    for number in count(1):
        ending = "" if number == 1 else f"-{number if number < TRIES else secrets.token_hex(4)}"
        candidate = wanted[: length - len(ending)] + ending
        if not _is_taken(user, column, candidate.lower()):
            setattr(user, column, candidate)
            return


def no_password(user: Any, column: str) -> None:
    """Set a column to a value that no password matches."""
    if getattr(user, column) is None:
        setattr(user, column, NO_PASSWORD)


def confirmed(user: Any, column: str) -> None:
    """Set a column to whether the address of a new user is verified.

    Call it after `unique_address`.
    """
    if inspect(user).transient:
        setattr(user, column, bool(user.email and user.email_verified))


def value(user: Any, column: str, default: Any) -> None:
    """Set a column that has no value."""
    if getattr(user, column) is None:
        setattr(user, column, default)


def _names(claims: Claims) -> list[str]:
    """Return what a person may be called: the name first, the user name last."""
    mailbox = (claims.email or "").partition("@")[0] if claims.email_verified else ""
    found = (claims.name, mailbox, claims.preferred_username)
    return [word for word in found if word] or ["user"]


def _is_taken(user: Any, column: str, lowered: str) -> bool:
    """Return whether another user has this value, in any case."""
    table = accounts.user_class()
    same = func.lower(getattr(table, column)) == lowered
    with db.session.no_autoflush:
        others = select(table.id).where(same, table.id.is_distinct_from(user.id))
        return db.session.scalar(others.limit(1)) is not None


def _before(user: Any, column: str) -> Any:
    """Return the stored value of a column."""
    history = inspect(user).attrs[column].history
    return history.deleted[0] if history.deleted else getattr(user, column)
