"""What helps in development: a provider to practise with, the setup page, one address for the app.

Nothing of it can be imported in production.
"""

import os

from flask import Flask

from ..config import Settings
from ..csrf import csrf

if os.environ.get("APP_ENV") != "development":
    raise ImportError("app.dev is for development only: APP_ENV is not 'development'")


def init_app(app: Flask, settings: Settings) -> None:
    """Add all of it to an app.  To be called before forms are checked, see `host`."""
    from . import host, practice, practice_github, registration, setup

    host.init_app(app, settings)
    registration.init_app(app, settings)
    for part in (practice, practice_github):
        csrf.exempt(part.bp)
        app.register_blueprint(part.bp)
    app.register_blueprint(setup.bp)
