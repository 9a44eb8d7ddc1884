"""Rate limits: how often one address may start a sign-in, and how often it may be refused."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request
from flask_limiter import Limiter

from ..config import Settings
from . import audit
from .addresses import subscriber

REDIS_SECONDS = 1

View = TypeVar("View", bound=Callable[..., Any])


def address() -> str:
    """Return the key of rate limits."""
    return subscriber(request.remote_addr)


limiter = Limiter(key_func=address)


def _login_limit() -> str:
    limit: str = current_app.config["RATELIMIT_LOGIN"]
    return limit


def counted(*, reason: str, methods: list[str] | None = None) -> Callable[[View], View]:
    """Return a decorator for functions that one address may call RATELIMIT_LOGIN times.

    Calls beyond that raise RateLimitExceeded (429) and are logged with `reason`.
    """

    def log_breach(_: object) -> None:
        detail = f"RATELIMIT_LOGIN is {_login_limit()}, for all people at {address()}"
        audit.log_only("rate_limited", reason=reason, detail=detail)

    options: Any = {"scope": reason, "methods": methods, "on_breach": log_breach}
    return cast(Callable[[View], View], limiter.shared_limit(_login_limit, **options))


count_starts = counted(reason="too_many_starts", methods=["POST"])


@counted(reason="too_many_refused")
def count_refused() -> None:
    """Count a callback that belongs to no login of its browser.

    Good callbacks are not counted, so bad ones cannot stop them.
    """


@counted(reason="too_many_bad_logouts")
def count_bad_logout() -> None:
    """Count a Logout Token that was refused.  Good ones are not counted."""


def init_app(app: Flask, settings: Settings) -> None:
    """Count sign-ins, and what is refused."""
    app.config["RATELIMIT_LOGIN"] = settings.ratelimit_login
    ours = {
        "RATELIMIT_ENABLED": settings.ratelimit_enabled,
        "RATELIMIT_STORAGE_URI": settings.ratelimit_storage_uri,
        # When the store is down, the same limits are counted in memory.
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_HEADERS_ENABLED": True,
    }
    if not settings.ratelimit_storage_uri.startswith("memory"):
        ours["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_timeout": REDIS_SECONDS,
            "socket_connect_timeout": REDIS_SECONDS,
        }
    # A Limiter of the app's own reads the same names, and may have been set up or not yet.
    theirs = {name: app.config[name] for name in ours if name in app.config}
    app.config.update(ours)
    limiter.init_app(app)
    for name in ours:
        app.config.pop(name)
    app.config.update(theirs)
    limiter.logger.addFilter(_is_no_breach)


def _is_no_breach(record: logging.LogRecord) -> bool:
    """Return whether a line of Flask-Limiter is about anything but a limit, which we log."""
    return not record.getMessage().startswith("ratelimit ")
