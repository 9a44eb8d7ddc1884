"""Sign-in sessions.

A signed cookie holds a random key; a database row says whose session it is and when it ends.  Only
this module imports Flask-Login.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import flask_login
from flask import (
    Flask,
    abort,
    after_this_request,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask_login import current_user
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ..config import Settings
from ..config.providers import PRACTICE
from ..database import delete_rows, hash_of, now
from ..host import PREFIX, db
from ..models import Identity, LoginSession
from ..user import SignInUser
from . import BY_PAGE
from .session_rows import ends_at

SEEN_EVERY = timedelta(minutes=1)
USER_AGENT_LENGTH = 255
# Distinguishes our session keys from the user ids of an app that uses Flask-Login itself.
KEY_PREFIX = "signin."
YEAR = timedelta(days=365)
LAST_USED: dict[str, Any] = {
    **{"max_age": YEAR, "path": f"{PREFIX}/login"},
    **{"httponly": True, "samesite": "Lax"},
}

P = ParamSpec("P")
T = TypeVar("T")


class LoginManager(flask_login.LoginManager):
    """Flask-Login's manager without its remember cookie."""

    session_protection = None

    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        """Ignore the cookie: this app never sets it."""


login_manager = LoginManager()


def init_app(app: Flask, settings: Settings) -> None:
    """Connect Flask-Login, and set the two limits of a session."""
    app.config["SESSION_IDLE"] = timedelta(minutes=settings.session_idle_minutes)
    app.config["SIGNIN_DEVELOPMENT"] = settings.development
    if app.permanent_session_lifetime == Flask.default_config["PERMANENT_SESSION_LIFETIME"]:
        app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=settings.session_max_days)
    if hasattr(app, "login_manager"):
        _share(app, app.login_manager)
        return
    # Not login_manager.init_app(): its remember-cookie hook would set `Vary: Cookie` on every
    # response.
    app.login_manager = login_manager  # type: ignore[attr-defined]
    app.context_processor(lambda: {"current_user": current_user})


def _share(app: Flask, manager: flask_login.LoginManager) -> None:
    """For apps that have their own LoginManager: keep it, and let it load our sessions.

    Its own sessions still work, except those of disabled users.  Its `logout_user` ends ours.
    """
    load_theirs = manager._user_callback

    def load(key: str) -> Any:
        if str(key).startswith(KEY_PREFIX):
            return _load_user(key)
        found = load_theirs(key) if load_theirs else None
        return None if getattr(found, "disabled_at", None) else found

    def end_ours(_app: Flask, **_: Any) -> None:
        if end_sent():
            db.session.commit()

    manager.user_loader(load)
    flask_login.user_logged_out.connect(end_ours, app, weak=False)


def _is_shared() -> bool:
    """Return whether the app has its own LoginManager."""
    # Flask-Login puts it on the app, which Flask's types do not know.
    return current_app.login_manager is not login_manager  # type: ignore[attr-defined]


def login_required(view: Callable[P, T]) -> Callable[P, T]:
    """Redirect to the sign-in page if nobody is signed in.

    After a GET, the person returns here.
    """
    guarded: Callable[P, T] = flask_login.login_required(view)
    return guarded


def admin_required(view: Callable[P, T]) -> Callable[P, T]:
    """Answer with 404 unless an administrator is signed in, so that others learn nothing."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        if not (current_user.is_authenticated and user().is_admin):
            abort(404)
        return view(*args, **kwargs)

    return guarded


def current() -> LoginSession | None:
    """Return this browser's session, with its user, or None.  One query per request."""
    return g.get("login_session") if current_user.is_authenticated else None


def is_of_app() -> bool:
    """Return whether somebody is signed in by the app's own Flask-Login, without a row of ours."""
    return bool(current_user.is_authenticated) and "login_session" not in g


def has_ended() -> bool:
    """Return whether this browser's session is over, although nobody signed out in it."""
    key = session.get("_user_id", "")
    return key.startswith(KEY_PREFIX) and not current_user.is_authenticated


def user() -> SignInUser:
    """Return the current user.  For views behind `login_required`."""
    signed_in: SignInUser = current_user._get_current_object()
    return signed_in


def start(identity: Identity, sid: str | None) -> str:
    """Add a session for a signed-in identity to the current transaction; return its key.

    Also delete this browser's old session.  `sid` is the provider's id of its own session.
    """
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    delete_rows(LoginSession, _this_browser())
    new = LoginSession(
        key_hash=hash_of(key),
        user_id=identity.user_id,
        identity_id=identity.id,
        provider=identity.provider,
        sub=identity.sub,
        sid=sid,
        expires_at=now() + current_app.permanent_session_lifetime,
        address=request.remote_addr or "",
        user_agent=request.user_agent.string[:USER_AGENT_LENGTH],
    )
    db.session.add(new)
    return key


def set_cookie(key: str, provider: str) -> None:
    """Put the key into the cookie and clear the rest, except `browser`, which pending logins need.

    Another cookie lets the sign-in page mark the provider that was used last.
    """
    browser = session.get("browser") or secrets.token_urlsafe(32)
    session.clear()
    # `_user_id` is where Flask-Login looks for the user.  Drop its cached user, so it is loaded
    # again.
    session.update(browser=browser, _user_id=key)
    session.permanent = True
    g.pop("_login_user", None)
    if _is_shared():
        # Its `fresh_login_required` and `session_protection` read what this sets.
        flask_login.confirm_login()

    @after_this_request
    def mark(response: Response) -> Response:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(last_used_cookie(), provider, secure=secure, **LAST_USED)
        return response


def last_used_cookie() -> str:
    """Return the name of the cookie with the provider that was used last."""
    name: str = current_app.config["SESSION_COOKIE_NAME"]
    return f"{name.removeprefix('__Host-').removesuffix('_session')}_last_used"


def end_this_session() -> None:
    """Delete this browser's session in the current transaction.

    Call `clear_cookie` after the commit.
    """
    delete_rows(LoginSession, _this_browser())


def end_sent() -> bool:
    """Delete the session that this request came with, in the current transaction.

    The app may have changed the cookie since.  Return whether there was one.
    """
    sent = current_app.session_interface.open_session(current_app, request)
    key = str(sent.get("_user_id", "")) if sent else ""
    if key.startswith(KEY_PREFIX):
        delete_rows(LoginSession, LoginSession.key_hash == hash_of(key))
    return key.startswith(KEY_PREFIX)


def clear_cookie() -> None:
    """Empty this browser's cookie."""
    session.clear()
    g.pop("login_session", None)
    if _is_shared():
        # This ends its remember cookie too.
        flask_login.logout_user()
    g.pop("_login_user", None)


def _this_browser() -> ColumnElement[bool]:
    return LoginSession.key_hash == hash_of(session.get("_user_id", ""))


def _load_user(key: str) -> SignInUser | None:
    """Return the user of an open session, for Flask-Login."""
    # Commit only if no transaction was open; otherwise the view's changes would be committed.
    may_commit = not db.session().in_transaction()
    row = db.session.scalar(
        select(LoginSession)
        .options(joinedload(LoginSession.user, innerjoin=True))
        .where(LoginSession.key_hash == hash_of(key))
    )
    moment = now()
    if row is None or ends_at(row) <= moment or not row.user.may_sign_in:
        return None
    if row.provider.startswith(PRACTICE) and not current_app.config["SIGNIN_DEVELOPMENT"]:
        return None
    # A page that fetches itself must not keep its session open.
    if may_commit and row.last_seen_at < moment - SEEN_EVERY and BY_PAGE not in request.headers:
        # Use UPDATE: if the row is gone, it does nothing instead of failing.
        seen = update(LoginSession).where(LoginSession.id == row.id).values(last_seen_at=moment)
        db.session.execute(seen)
        db.session.commit()
    g.login_session = row
    return row.user


def _to_login() -> Response:
    return_to = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("signin.login", next=return_to), code=303)


login_manager.user_loader(_load_user)
login_manager.unauthorized_handler(_to_login)
