"""Development tools: practice provider, setup page, trial of a provider, inspector, host check.

They cannot be imported in production.
"""

import os

if os.environ.get("APP_ENV") != "development":
    raise ImportError("signin.dev is for development only: APP_ENV is not 'development'")


from flask import Flask

from ..auth import routes
from ..auth.protection import csrf
from ..config import Settings
from . import each_request, inspector, practice, practice_clients, setup, try_it


def init_app(app: Flask, settings: Settings) -> None:
    """Add the tools to an app.  Call it before CSRF checks are installed; see `each_request`."""
    each_request.init_app(app, settings)
    inspector.init_app(app)
    routes.WITHOUT_SESSION.add(try_it.PURPOSE)
    routes.FINISH[try_it.PURPOSE] = try_it.finish
    app.register_blueprint(setup.bp)
    if settings.practice_provider:
        for part in (practice, *(module for _, module in practice_clients.imitations(settings))):
            csrf.exempt(part.bp)
            app.register_blueprint(part.bp)
