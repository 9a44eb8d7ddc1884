"""A session for somebody whose password your app has checked.

Your own Flask-Login sessions keep working.  These functions give them a row, so that they appear
under "Devices", can be ended there, and count as a way to sign in.
"""

from datetime import UTC, datetime

from flask import current_app, flash, g, session, url_for
from sqlalchemy import update

from ..database import hash_of
from ..host import db
from ..models import Identity, LoginSession
from ..user import SignInUser
from . import audit, bp, sessions

PASSWORD = "password"  # noqa: S105 - the name of a way to sign in, not a secret
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def sign_in(user: SignInUser) -> bool:
    """Start a session for a user whose password your app has just checked, and commit.

    Call it after your `login_user(user)`.  It counts as a recent sign-in, and what the cookie holds
    stays.  Return False, with nobody signed in, if the user is disabled.
    """
    if not user.may_sign_in:
        sessions.clear_cookie()
        audit.log_only("refused", provider=PASSWORD, reason="account_disabled", user_id=user.id)
        flash("This account is disabled.", "error")
        return False
    sessions.end_sent()
    _start(user, "sign_in")
    return True


def adopt() -> None:
    """Give a row to a session that your app started without `sign_in`, and commit.

    Nobody knows when the password was typed, so it does not count as a recent sign-in.
    """
    key = _start(sessions.user(), None)
    this = LoginSession.key_hash == hash_of(key)
    db.session.execute(update(LoginSession).where(this).values(authenticated_at=LONG_AGO))
    db.session.commit()


def _start(user: SignInUser, event: str | None) -> str:
    # This row is not stored: a password has no identity.
    key = sessions.start(Identity(user_id=user.id, provider=PASSWORD), None)
    if event:
        audit.record(event, user_id=user.id, provider=PASSWORD)
    db.session.commit()
    session["_user_id"] = key
    g.pop("_login_user", None)
    return key


@bp.app_template_global()
def password_page() -> str | None:
    """Return the address of your app's own sign-in page, or None if there is none."""
    view = getattr(getattr(current_app, "login_manager", None), "login_view", None)
    return url_for(view) if view else None
