"""Check and renew the session that started a link or a re-authentication."""

from sqlalchemy import select, update

from ..database import hash_of
from ..host import db
from ..models import Identity, LoginSession, PendingLogin
from ..oauth.errors import InvalidCallback
from . import sessions

# Where a session comes from: it stays when the person re-authenticates with another identity.
ORIGIN = ("provider", "identity_id", "sub", "sid", "created_at")


def require_same_session(login: PendingLogin) -> None:
    """Check that this session started the link or re-authentication.  Raises InvalidCallback."""
    this = sessions.current()
    # End the transaction, so no database connection is in use during the requests to the provider.
    db.session.commit()
    if this is None or (this.id, this.user_id) != (login.session_id, login.user_id):
        raise InvalidCallback("it was started in another session", reason="other_session")


def require_open_session(login: PendingLogin) -> LoginSession:
    """Return the session that started a login, and lock its row.  Raises InvalidCallback."""
    active = LoginSession.user.has(disabled_at=None)
    still_open = select(LoginSession).where(LoginSession.id == login.session_id, active)
    fresh = {"populate_existing": True}
    row = db.session.scalar(still_open.with_for_update(), execution_options=fresh)
    if row is None:
        raise InvalidCallback("the session that started it has ended", reason="other_session")
    return row


def renew(old: LoginSession, identity: Identity, sid: str | None) -> str:
    """Replace a session after a re-authentication, in the current transaction; return the new key.

    A session that began at another provider, or with another identity, stays with that one.
    Otherwise a person could leave the reach of its Back-Channel Logout by a re-authentication.
    """
    kept = {name: getattr(old, name) for name in ORIGIN}
    key = sessions.start(identity, sid)
    if (old.provider, old.sub) != (identity.provider, identity.sub):
        this = LoginSession.key_hash == hash_of(key)
        db.session.execute(update(LoginSession).where(this).values(kept))
    return key
