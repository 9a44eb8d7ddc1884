"""Development tools: practice provider, setup page, host check, explanation of stray answers.

They cannot be imported in production.
"""

import os

if os.environ.get("APP_ENV") != "development":
    raise ImportError("signin.dev is for development only: APP_ENV is not 'development'")


from flask import Flask

from ..auth.protection import csrf
from ..config import Settings
from . import each_request, practice, practice_clients, setup


def init_app(app: Flask, settings: Settings) -> None:
    """Add the tools to an app.  Call it before CSRF checks are installed; see `each_request`."""
    each_request.init_app(app, settings)
    app.register_blueprint(setup.bp)
    if settings.practice_provider:
        for part in (practice, *(module for _, module in practice_clients.imitations(settings))):
            csrf.exempt(part.bp)
            app.register_blueprint(part.bp)
