"""CSRF protection and rate limits."""

import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup

from ..config import Settings

REDIS_SECONDS = 1

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()


class ForeignOrigin(CSRFError):
    """A form was submitted from a page that was not at PUBLIC_URL."""


def csrf_exempt(view: View) -> View:
    """Let a view accept a POST without a CSRF token, because other sites send it."""
    exempt: View = csrf.exempt(view)
    return exempt


def csrf_field() -> Markup:
    """Return the hidden field with the CSRF token, for every form."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def address() -> str:
    """Return the key of rate limits: an IPv4 address, or the /64 network of an IPv6 address.

    One subscriber has a whole /64, so a limit for a single IPv6 address would be useless.
    """
    try:
        ip = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if ip.version == 6:
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


limiter = Limiter(key_func=address)


def _login_limit() -> str:
    limit: str = current_app.config["RATELIMIT_LOGIN"]
    return limit


def _refused(response: Response) -> bool:
    return "/login/error/" in response.headers.get("Location", "")


count_starts = limiter.shared_limit(_login_limit, scope="login", methods=["POST"])
# A separate limit: other people's starts must not block a person who returns from a provider.
count_refusals = limiter.shared_limit(_login_limit, scope="refused", deduct_when=_refused)
count_bad_logouts = limiter.shared_limit(
    _login_limit, scope="logout", deduct_when=lambda response: response.status_code == 400
)


def init_app(app: Flask, settings: Settings) -> None:
    """Check the CSRF token of each form, and count sign-ins.

    An existing CSRFProtect is kept.  Otherwise ours compares the Origin header if there is one.
    Flask-WTF would compare the Referer, but privacy tools remove that header, and proxies rewrite
    the host that it is compared with.
    """
    if "csrf" in app.extensions:
        app.extensions["csrf"]._exempt_views |= csrf._exempt_views
        app.extensions["csrf"]._exempt_blueprints |= csrf._exempt_blueprints
    else:
        app.config["WTF_CSRF_TIME_LIMIT"] = None
        app.config["WTF_CSRF_SSL_STRICT"] = False
        csrf.init_app(app)

        @app.before_request
        def check_origin() -> None:
            origin = request.headers.get("Origin", settings.origin)
            if g.get("csrf_valid") and origin != settings.origin:
                raise ForeignOrigin("The Origin header is not PUBLIC_URL.")

    app.jinja_env.globals["csrf_field"] = csrf_field
    app.config["RATELIMIT_ENABLED"] = settings.ratelimit_enabled
    app.config["RATELIMIT_LOGIN"] = settings.ratelimit_login
    app.config["RATELIMIT_STORAGE_URI"] = settings.ratelimit_storage_uri
    # When the store is down, the same limits are counted in memory.
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    if not settings.ratelimit_storage_uri.startswith("memory"):
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_timeout": REDIS_SECONDS,
            "socket_connect_timeout": REDIS_SECONDS,
        }
    limiter.init_app(app)
