"""Numbers for Prometheus: sign-ins, calls to providers, requests, connections of the database.

Nothing is counted and nothing is served before METRICS_TOKEN or METRICS_BIND is set.  Start reading
at `series`, which lists what is counted.  The other modules:

    settings    who may read the numbers
    labels      keep the number of series bounded
    events      count audit events
    measures    measure requests, calls to providers and connections
    exposition  answer Prometheus at /metrics
    processes   add up the processes of gunicorn; a port of its own

`init_app` adds it to the app.
"""

from flask import Flask
from prometheus_client import CollectorRegistry

from ..signin.auth import signin
from . import events, exposition, measures
from .processes import gunicorn_hooks
from .series import Series
from .settings import SETTINGS

__all__ = ["SETTINGS", "gunicorn_hooks", "init_app"]


def init_app(app: Flask, _slug: str) -> None:
    """Count, and serve what was counted, if the settings say to whom."""
    with app.app_context():
        settings = signin().settings
    token, bind = settings.of_options["metrics_token"], settings.of_options["metrics_bind"]
    if not (token or bind):
        return
    registry = CollectorRegistry()
    app.extensions["metrics"] = Series(registry, frozenset(settings.known_providers()))
    events.init_app()
    measures.init_app(app)
    exposition.init_app(app, registry, token, bind)
