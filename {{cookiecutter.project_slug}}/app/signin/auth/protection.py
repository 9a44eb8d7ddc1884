"""CSRF protection and rate limits."""

import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup

from ..config import Settings
from ..oauth.responses import is_loopback
from . import audit

REDIS_SECONDS = 1

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()


class ForeignOrigin(CSRFError):
    """A form was not submitted from a page at PUBLIC_URL.  `reason` is a word for the log."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


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
        ip = ipaddress.ip_address(without_port(request.remote_addr or ""))
    except ValueError:
        return "unknown"
    if ip.version == 6:
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def without_port(address: str) -> str:
    """Return an address without brackets and port, which some proxies write."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    host, _, _ = address.partition(":")
    return host if address.count(":") == 1 else address


limiter = Limiter(key_func=address)


def _login_limit() -> str:
    limit: str = current_app.config["RATELIMIT_LOGIN"]
    return limit


def _counted(*, reason: str, methods: list[str] | None = None) -> Callable[[View], View]:
    """Return a decorator for functions that one address may call RATELIMIT_LOGIN times.

    Calls beyond that raise RateLimitExceeded (429) and are logged with `reason`.
    """

    def log_breach(_: object) -> None:
        detail = f"RATELIMIT_LOGIN is {_login_limit()}, for all people at {address()}"
        audit.log_only("rate_limited", reason=reason, detail=detail)

    options: Any = {"scope": reason, "methods": methods, "on_breach": log_breach}
    return cast(Callable[[View], View], limiter.shared_limit(_login_limit, **options))


count_starts = _counted(reason="too_many_starts", methods=["POST"])


@_counted(reason="too_many_refused")
def count_refused() -> None:
    """Count a callback that belongs to no login of its browser.

    Good callbacks are not counted, so bad ones cannot stop them.
    """


@_counted(reason="too_many_bad_logouts")
def count_bad_logout() -> None:
    """Count a Logout Token that was refused.  Good ones are not counted."""


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
            site = request.headers.get("Sec-Fetch-Site")
            if g.get("csrf_valid") and (origin != settings.origin or site == "cross-site"):
                _check_foreign(settings, origin, site)

    app.jinja_env.globals["csrf_field"] = csrf_field
    _limit(app, settings)


def _check_foreign(settings: Settings, origin: str, site: str | None) -> None:
    """Raise ForeignOrigin.  In development, accept forms that a tunnel has passed on.

    A tunnel may replace the Origin with this machine's.  Spec: Fetch Metadata Request Headers §2.3.
    """
    detail = f"Origin is {origin[:100]!r}, PUBLIC_URL is {settings.public_url!r}"
    if site == "cross-site":
        raise ForeignOrigin(f"Sec-Fetch-Site is 'cross-site'; {detail}", reason="cross_site")
    if settings.development and (site == "same-origin" or _is_this_machine(origin)):
        return
    reason = "null_origin" if origin == "null" else "foreign_origin"
    raise ForeignOrigin(detail, reason=reason)


def _is_this_machine(origin: str) -> bool:
    try:
        return is_loopback(urlsplit(origin).hostname)
    except ValueError:
        return False


def _limit(app: Flask, settings: Settings) -> None:
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
