"""Who is this?  A signed cookie holds a random key; a row says whose it is, and until when.

The one module that imports Flask-Login.
"""

import secrets
from datetime import datetime, timedelta

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_required, login_user, logout_user
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ..config import Settings
from ..db import db, now
from ..models import Identity, LoginSession, User
from ..oauth.provider import Claims
from .pending import digest

__all__ = ["login_required"]

SEEN_EVERY = timedelta(minutes=1)
USER_AGENT_LENGTH = 255

login_manager = LoginManager()
login_manager.session_protection = None


def init_app(app: Flask, settings: Settings) -> None:
    """Connect Flask-Login, and keep the two limits of a session where it finds them."""
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=settings.session_max_days)
    app.config["SESSION_IDLE"] = timedelta(minutes=settings.session_idle_minutes)
    # In place of its init_app, which also adds a hook for the remember cookie: that reads the
    # session on every answer, static files included, and so makes them all `Vary: Cookie`.
    app.login_manager = login_manager  # type: ignore[attr-defined]
    app.context_processor(lambda: {"current_user": current_user})


def current() -> LoginSession | None:
    """Return this browser's session, with its user, or None.  One query a request."""
    return g.login_session if current_user.is_authenticated else None


def user() -> User:
    """Return who is signed in, where `login_required` has made sure that somebody is."""
    signed_in: User = current_user._get_current_object()
    return signed_in


def open_session(identity: Identity, claims: Claims, logout_url: str | None) -> str:
    """Add a session for an identity to the transaction under way; return its key.

    This browser's old session ends, whoever it was of; so do all that are past their limits.
    """
    moment = now()
    key = secrets.token_urlsafe(32)
    idle_since = moment - current_app.config["SESSION_IDLE"]
    mine = LoginSession.key_hash == digest(session.get("_user_id", ""))
    past = or_(LoginSession.expires_at < moment, LoginSession.last_seen_at < idle_since)
    db.session.execute(
        delete(LoginSession).where(or_(mine, past)),
        execution_options={"synchronize_session": False},
    )
    db.session.add(
        LoginSession(
            key_hash=digest(key),
            user_id=identity.user_id,
            identity_id=identity.id,
            provider=identity.provider,
            sid=claims.sid,
            logout_url=logout_url,
            expires_at=moment + current_app.permanent_session_lifetime,
            address=request.remote_addr or "",
            user_agent=request.user_agent.string[:USER_AGENT_LENGTH],
        )
    )
    return key


def log_in(user: User, key: str) -> None:
    """Give this browser the cookie of a session, and nothing of what it held before.

    Only what ties other logins under way to this browser stays.
    """
    browser = session.get("browser")
    session.clear()
    user.session_key = key
    login_user(user)
    session.pop("_id", None)
    if browser:
        session["browser"] = browser
    session.permanent = True


def log_out() -> None:
    """End this browser's session, in the transaction under way; `forget` it once that is over."""
    db.session.execute(
        delete(LoginSession).where(LoginSession.key_hash == digest(session.get("_user_id", ""))),
        execution_options={"synchronize_session": False},
    )


def forget() -> None:
    """Empty this browser's cookie."""
    logout_user()
    session.clear()


def end(user_id: int, which: ColumnElement[bool]) -> None:
    """End those of a user's sessions that fit, in the transaction under way."""
    db.session.execute(
        delete(LoginSession).where(LoginSession.user_id == user_id, which),
        execution_options={"synchronize_session": False},
    )


def end_named(*which: ColumnElement[bool]) -> set[int]:
    """End the sessions that fit, of whomever, in the transaction under way; return their users."""
    ended = delete(LoginSession).where(*which).returning(LoginSession.user_id)
    options = {"synchronize_session": False}
    return set(db.session.scalars(ended, execution_options=options))


def is_open(session_id: int | None) -> bool:
    """Is this session there, and its user not switched off?  It stays so for this transaction."""
    active = LoginSession.user.has(disabled_at=None)
    wanted = select(LoginSession.id).where(LoginSession.id == session_id, active)
    return db.session.scalar(wanted.with_for_update()) is not None


def ends_at(row: LoginSession) -> datetime:
    """Return when a session ends if nothing more happens: the nearer of its two limits."""
    idle: timedelta = current_app.config["SESSION_IDLE"]
    return min(row.expires_at, row.last_seen_at + idle)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load_user(key: str) -> User | None:
    row = db.session.scalar(
        select(LoginSession)
        .options(joinedload(LoginSession.user, innerjoin=True))
        .where(LoginSession.key_hash == digest(key))
    )
    moment = now()
    if row is None or ends_at(row) <= moment or not row.user.is_active:
        return None
    if row.last_seen_at < moment - SEEN_EVERY:
        # By a statement, which does not mind that another request may have ended the session.
        seen = update(LoginSession).where(LoginSession.id == row.id).values(last_seen_at=moment)
        db.session.execute(seen)
        db.session.commit()
    g.login_session = row
    row.user.session_key = key
    return row.user


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _to_login() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.login", next=wanted), code=303)
