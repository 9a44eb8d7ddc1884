"""Signing in and out.  `routes` is the place to start reading."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app

from ..config import Settings
from ..models import User
from ..outbound.documents import Documents
from ..outbound.http import Http
from .flow import LoginFlow


@dataclass(frozen=True)
class Auth:
    """What the routes need of the app; one for the whole process."""

    settings: Settings
    flow: LoginFlow
    on_first_sign_in: Callable[[User], None]


def init_app(app: Flask, settings: Settings, on_first_sign_in: Callable[[User], None]) -> None:
    """Add signing in to an app.

    `on_first_sign_in` is called with a new user, in the transaction that makes the account.
    """
    from . import backchannel, limits, routes, sessions, views  # noqa: F401 - two add pages

    http = Http(
        proxy=settings.outbound_proxy,
        trust_store=settings.trust_store,
        loopback=settings.http_loopback,
    )
    app.extensions["auth"] = Auth(settings, LoginFlow(http, Documents(http)), on_first_sign_in)
    sessions.init_app(app, settings)
    limits.init_app(app, settings)
    app.register_blueprint(routes.bp)


def auth() -> Auth:
    """Return the `Auth` of the app that is answering."""
    found: Auth = current_app.extensions["auth"]
    return found
