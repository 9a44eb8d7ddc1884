"""The application factory."""

import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType

from flask import Flask

from . import db, home, signin, tables
from .signin import config, providers
from .signin.commands import doctor
from .signin.oauth.provider import Provider
from .web import errors, health, logs, proxies, security_headers

NAME = "{{ cookiecutter.__project_name | inside_quotes }}"  # fmt: skip
SLUG = "{{ cookiecutter.project_slug }}"
# In the order of the sign-in page.
PROVIDERS = "{{ cookiecutter.__providers }}"  # fmt: skip
# The optional parts of this app: folders beside this file.
FEATURES = "{{ cookiecutter.__features }}"  # fmt: skip
# template: if cookiecutter is not defined
NAME, SLUG, PROVIDERS = "The template itself", "template", "all"
FEATURES = "tokens,admin,live,metrics"
# template: endif

MAX_BODY = 64 * 1024


def create_app(
    environ: Mapping[str, str] | None = None, declared: Iterable[Provider] | None = None
) -> Flask:
    """Return the app configured by `environ`, or by the environment and `.env`.

    `declared` replaces the chosen providers.  Raises ConfigError if the settings are invalid; if
    `environ` is None, the process exits with its message instead.
    """
    declared = providers.load(PROVIDERS) if declared is None else declared
    of_options = dict(pair for one in options() for pair in getattr(one, "SETTINGS", {}).items())
    try:
        environment = config.environment() if environ is None else environ
        settings = config.load(environment, declared, NAME, of_options)
    except config.ConfigError as error:
        if environ is not None:
            raise
        return _settings_page(error)

    app = Flask(__name__)
    cookie = f"{SLUG}_session"
    app.config.update(
        PUBLIC_URL=settings.public_url,
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SESSION_COOKIE_NAME=cookie if settings.development else f"__Host-{cookie}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    # Slashes stay as they are: the redirect to a merged path would name the request's host.
    app.url_map.merge_slashes = False

    proxies.init_app(app, settings.trusted_proxies)
    logs.init_app(app, development=settings.development, trusted_proxies=settings.trusted_proxies)
    security_headers.init_app(app, settings)
    errors.init_app(app)
    db.init_app(app, settings.database_url)
    signin.init_app(app, settings, on_first_sign_in=home.welcome)
    navigation: list[dict[str, str | bool]] = [
        {"label": "Notes", "endpoint": "home.notes"},
        {"label": "Account", "endpoint": "signin_account.profile"},
    ]
    scripts: list[tuple[str, str]] = []
    app.extensions.update(navigation=navigation, scripts=scripts)
    for option in options():
        option.init_app(app, SLUG)
    app.register_blueprint(health.bp)
    app.register_blueprint(tables.bp)
    app.register_blueprint(home.bp)
    app.context_processor(lambda: {"nav": navigation, "scripts": scripts})
    return app


def options() -> list[ModuleType]:
    """Return the optional parts of this app."""
    names = FEATURES.split(",") if FEATURES != "none" else ()
    return [import_module(f".{name}", __name__) for name in names]


def _settings_page(error: config.ConfigError) -> Flask:
    """Exit with the message.  Under the reloader, show it until `.env` changes.

    `flask doctor` reports it itself, as JSON too.
    """
    if "doctor" in sys.argv[1:]:
        app = Flask("settings", static_folder=None)
        app.cli.add_command(doctor.of_problems(error.problems))
        return app
    if os.environ.get("WERKZEUG_RUN_MAIN") != "true":
        raise SystemExit(str(error))
    print(error, file=sys.stderr, flush=True)
    app = Flask("settings", static_folder=None)
    app.register_error_handler(404, lambda _: (str(error), 500, {"Content-Type": "text/plain"}))
    return app
