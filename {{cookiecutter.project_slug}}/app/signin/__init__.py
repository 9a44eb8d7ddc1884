"""Sign-in with accounts at external providers.  Everything is in this folder.

`init_app` adds it to a Flask app.  What it needs of that app is in `host.py`.  To understand a
login, start with `auth/routes.py`.
"""

import logging
import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFError

from . import account, commands, config
from .auth import (
    SignIn,
    accent,
    arrival,
    backchannel,
    bp,
    error_pages,
    form_errors,
    invitations,
    limits,
    logout,
    passwords,
    protection,
    routes,
    same_address,
    sessions,
)
from .config import Settings
from .host import BASE_TEMPLATE, HOME, PREFIX
from .oauth.flow import LoginFlow
from .oauth.transport.documents import Documents
from .oauth.transport.http import Http

# Settings that an app of your own has in its configuration already, and their names there.
OF_APP = {"SECRET_KEY": "SECRET_KEY", "DATABASE_URL": "SQLALCHEMY_DATABASE_URI"}

log = logging.getLogger(__name__)

# Imported for the views that they add to `bp`.
PAGES = (
    routes,
    same_address,
    passwords,
    invitations,
    logout,
    backchannel,
    arrival,
    error_pages,
)


def init_app(
    app: Flask,
    settings: Settings | None = None,
    *,
    on_first_sign_in: Callable[[Any], None] | None = None,
) -> None:
    """Add sign-in to an app that has its database and its `host.py`.

    If `settings` is None, they are read from the environment, `.env` and the app's configuration
    (SECRET_KEY, SQLALCHEMY_DATABASE_URI), for all providers in `providers/`.  `on_first_sign_in` is
    called with each new user, in the transaction that creates the account.
    Raises ConfigError.
    """
    settings = settings or settings_of(app)
    for told in settings.told:
        log.warning("settings: %s", told)
    http = http_of(settings)
    own_url = settings.public_url if settings.development else ""
    flow = LoginFlow(http, Documents(http), own_url)
    tabs = list(account.TABS)
    app.extensions["signin"] = SignIn(settings, flow, on_first_sign_in, tabs)
    if settings.development:
        from . import dev

        dev.init_app(app, settings)
    if "csrf" not in app.extensions:
        app.register_error_handler(CSRFError, form_errors.refuse_form)
    for part in (protection, limits, sessions):
        part.init_app(app, settings)
    commands.init_app(app)
    layout = {**_layout(app, settings), "account_tabs": tabs}
    app.context_processor(lambda: layout)
    app.register_blueprint(bp, url_prefix=PREFIX or None)
    app.register_blueprint(account.bp, url_prefix=f"{PREFIX}/account")


def http_of(settings: Settings) -> Http:
    """Return what calls providers, as the settings say."""
    return Http(
        proxy=settings.outbound_proxy,
        no_proxy=settings.outbound_no_proxy,
        read_seconds=settings.provider_timeout_seconds,
        trust_store=settings.ssl_cert_file,
        loopback=settings.allow_http_loopback,
        http_hosts=settings.allow_http_hosts,
    )


def settings_of(app: Flask) -> Settings:
    """Return the settings from the environment, `.env` and the app's own configuration.

    The key and the database are the app's own, and a test is development.
    """
    if app.testing:
        os.environ.setdefault("APP_ENV", "development")
    environment = config.environment()
    for name, key in OF_APP.items():
        if app.config.get(key):
            environment.take(name, str(app.config[key]))
    return config.load(environment, app_name=app.name, prefix=PREFIX)


def _layout(app: Flask, settings: Settings) -> dict[str, Any]:
    """Return what each template can use."""
    color = settings.app_accent
    return {
        "signin_layout": BASE_TEMPLATE,
        "signin_home": HOME,
        "app_name": settings.app_name,
        "app_logo": settings.app_logo if app.has_static_folder else "",
        "accent_version": accent.version(accent.style_sheet(color)) if color else "",
        "terms_url": settings.terms_url,
        "privacy_url": settings.privacy_url,
        "development": settings.development,
        "told_about_settings": settings.told if settings.development else (),
    }
