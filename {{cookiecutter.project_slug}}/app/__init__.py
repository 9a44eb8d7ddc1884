"""The app: each feature once."""

import os
import sys
from collections.abc import Iterable, Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import (
    account,
    auth,
    commands,
    config,
    csrf,
    db,
    health,
    home,
    logs,
    problems,
    project,
    security_headers,
)
from .oauth.provider import Provider
from .providers import PROVIDERS

MAX_BODY = 64 * 1024


def create_app(
    environ: Mapping[str, str] | None = None, providers: Iterable[Provider] = PROVIDERS
) -> Flask:
    """Return the app that `environ` describes: the process's own variables and those of `.env`.

    Raises ConfigError for settings that cannot be used; ends the process with its message where
    the environment is the process's own.
    """
    try:
        settings = config.load(config.environment() if environ is None else environ, providers)
    except config.ConfigError as error:
        if environ is not None:
            raise
        return _settings_page(error)

    app = Flask(__name__)
    cookie = f"{project.SLUG}_session"
    app.config.update(
        DEVELOPMENT=settings.development,
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
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    logs.init_app(app, development=settings.development)
    security_headers.init_app(app, settings)
    problems.init_app(app)
    db.init_app(app, settings.database_url)
    if settings.development:
        from . import dev

        dev.init_app(app, settings)
    csrf.init_app(app, settings)
    auth.init_app(app, settings, on_first_sign_in=home.welcome)
    commands.init_app(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(home.bp)
    app.register_blueprint(account.bp)
    navigation = [
        {"label": "Notes", "endpoint": "home.notes"},
        {"label": "Account", "endpoint": "account.profile"},
    ]

    @app.context_processor
    def layout() -> dict[str, object]:
        return {
            "app_name": settings.app_name,
            "development": settings.development,
            "nav": navigation,
        }

    return app


def _settings_page(error: config.ConfigError) -> Flask:
    """End the process with the message; under the reloader, wait with it for a better `.env`."""
    if os.environ.get("WERKZEUG_RUN_MAIN") != "true":
        raise SystemExit(str(error))
    print(error, file=sys.stderr, flush=True)
    app = Flask("settings", static_folder=None)
    app.register_error_handler(404, lambda _: (str(error), 500, {"Content-Type": "text/plain"}))
    return app
