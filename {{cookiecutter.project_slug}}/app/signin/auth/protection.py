"""CSRF protection, and the session cookie."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup

from ..config import Settings
from ..host import WHOLE_APP
from ..oauth.responses import is_loopback
from . import BY_PAGE

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()


class ForeignOrigin(CSRFError):
    """A form was not submitted from a page at PUBLIC_URL.  `reason` is a word for the log."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class SessionCookie(SecureCookieSessionInterface):
    """Flask's session cookie.  An unreadable one is deleted.

    A HEAD request does not change it, nor does a page that fetches itself: the message for the
    person's next page must stay.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds."""
        found = super().open_session(app, request)
        if found is not None and not found and self.get_cookie_name(app) in request.cookies:
            found.modified = True
        return found

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie."""
        session.modified &= request.method != "HEAD" and BY_PAGE not in request.headers
        super().save_session(app, session, response)


def csrf_exempt(view: View) -> View:
    """Let a view accept a POST without a CSRF token, because other sites send it."""
    exempt: View = csrf.exempt(view)
    return exempt


def csrf_field() -> Markup:
    """Return the hidden field with the CSRF token, for every form.

    The cookie gets its `browser` value here too, so the start of a login leaves the cookie alone.
    Otherwise two tabs that start a login at once would give the browser two different values.
    """
    session.setdefault("browser", secrets.token_urlsafe(32))
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def init_app(app: Flask, settings: Settings) -> None:
    """Check the CSRF token of each form, and take care of the session cookie.

    An existing CSRFProtect is kept.  Otherwise ours compares the Origin header if there is one.
    Flask-WTF would compare the Referer, but privacy tools remove that header, and proxies rewrite
    the host that it is compared with.
    """
    if type(app.session_interface) is SecureCookieSessionInterface:
        app.session_interface = SessionCookie()
    if "csrf" in app.extensions:
        app.extensions["csrf"]._exempt_views |= csrf._exempt_views
        app.extensions["csrf"]._exempt_blueprints |= csrf._exempt_blueprints
    else:
        app.config["WTF_CSRF_TIME_LIMIT"] = None
        app.config["WTF_CSRF_SSL_STRICT"] = False
        app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", WHOLE_APP)
        csrf.init_app(app)
        if not WHOLE_APP:
            app.before_request(_protect_sign_in)

        @app.before_request
        def check_origin() -> None:
            origin = request.headers.get("Origin", settings.origin)
            site = request.headers.get("Sec-Fetch-Site")
            if g.get("csrf_valid") and (origin != settings.origin or site == "cross-site"):
                _check_foreign(settings, origin, site)

    app.jinja_env.globals["signin_csrf_field"] = csrf_field
    # Your app may have one of its own.
    app.jinja_env.globals.setdefault("csrf_field", csrf_field)


def is_for_sign_in() -> bool:
    """Return whether a request is for a page of sign-in, or sign-in guards the whole app."""
    return WHOLE_APP or (request.blueprint or "").startswith("signin")


def _protect_sign_in() -> None:
    """Check the CSRF token of a form of sign-in, in an app whose other forms are its own affair."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or not (is_for_sign_in() and current_app.config["WTF_CSRF_ENABLED"]):
        return
    exempt = f"{view.__module__}.{view.__name__}" in csrf._exempt_views
    if (
        not exempt
        and current_app.blueprints.get(request.blueprint or "") not in csrf._exempt_blueprints
    ):
        csrf.protect()


def _check_foreign(settings: Settings, origin: str, site: str | None) -> None:
    """Raise ForeignOrigin.  In development, accept forms that a tunnel has passed on.

    A tunnel may replace the Origin with this machine's, and its public URL is https.
    Spec: Fetch Metadata Request Headers §2.3.
    """
    detail = f"Origin is {origin[:100]!r}, PUBLIC_URL is {settings.public_url!r}"
    if site == "cross-site":
        raise ForeignOrigin(f"Sec-Fetch-Site is 'cross-site'; {detail}", reason="cross_site")
    if settings.development and (site == "same-origin" or _is_this_machine(origin, settings)):
        return
    reason = "null_origin" if origin == "null" else "foreign_origin"
    raise ForeignOrigin(detail, reason=reason)


def _is_this_machine(origin: str, settings: Settings) -> bool:
    """Return whether an Origin is this machine's, as a tunnel to PUBLIC_URL may send it."""
    public = urlsplit(settings.public_url)
    try:
        parts = urlsplit(origin)
        host, _ = parts.hostname, parts.port  # Raises ValueError if it is no number.
    except ValueError:
        return False
    tunnel = parts.scheme == public.scheme or not is_loopback(public.hostname)
    return tunnel and is_loopback(host)
