"""Disable, enable and delete accounts, and make administrators.  Nothing here commits."""

from typing import Any

from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from ..database import delete_rows, now
from ..host import db
from ..models import (
    ApiToken,
    AuditEvent,
    Identity,
    Invitation,
    LiveEvent,
    LoginSession,
    PendingLogin,
    ProviderToken,
)
from ..user import SignInUser
from . import accounts, audit, session_rows
from .errors import IdentityError


def disable(user_id: int, actor: str) -> int:
    """Disable an account and end its sessions; return their number.  Its API tokens end too."""
    _change(user_id, "disable", actor, disabled_at=now())
    delete_rows(ApiToken, ApiToken.user_id == user_id)
    return len(session_rows.end(LoginSession.user_id == user_id))


def enable(user_id: int, actor: str) -> None:
    """Let a disabled account sign in again.

    A sign-in that was under way when it was disabled may have left a session.  It ends too.
    """
    session_rows.end(LoginSession.user_id == user_id)
    _change(user_id, "enable", actor, disabled_at=None)


def set_admin(user_id: int, actor: str, *, is_admin: bool) -> None:
    """Make a user an administrator, or take the rights away."""
    _change(user_id, "make_admin" if is_admin else "remove_admin", actor, is_admin=is_admin)


def delete_account(user_id: int, actor: str | None = None) -> None:
    """Delete a user, in the current transaction.

    Rows of your own tables go as your relationships and foreign keys say.  Raises IdentityError if
    rows that refer to the user must stay, or if one of your relationships must not be loaded.
    """
    user = db.session.get(accounts.user_class(), user_id)
    if user is None:
        return
    try:
        db.session.delete(user)
        db.session.flush()
    except (IntegrityError, InvalidRequestError) as error:
        reason = str(getattr(error, "orig", error)).strip()
        raise IdentityError("account_in_use", reason) from error
    # The events of the account are gone.  This one names it by number; so does the log.
    audit.record("delete_account", actor=": ".join(filter(None, (actor, f"user {user_id}"))))


@event.listens_for(SignInUser, "before_delete", propagate=True)
def delete_what_belongs(_mapper: Any, connection: Any, user: SignInUser) -> None:
    """Delete the rows of sign-in that belong to a user, wherever your app deletes one on SQLite.

    The foreign keys do this, but SQLite obeys them only with `foreign_keys=ON`, and it may give the
    number of a deleted user to the next one.  PostgreSQL locks the user first, then these rows.
    """
    if connection.dialect.name != "sqlite":
        return
    identities = select(Identity.id).where(Identity.user_id == user.id)
    connection.execute(delete(ProviderToken).where(ProviderToken.identity_id.in_(identities)))
    for table in (PendingLogin, LoginSession, Identity, ApiToken, AuditEvent, LiveEvent):
        connection.execute(delete(table).where(table.user_id == user.id))
    used = update(Invitation).where(Invitation.used_by_id == user.id)
    connection.execute(used.values(used_by_id=None))


def _change(user_id: int, event: str, actor: str, **values: object) -> None:
    user = accounts.user_class()
    db.session.execute(update(user).where(user.id == user_id).values(**values))
    audit.record(event, user_id=user_id, actor=actor)
