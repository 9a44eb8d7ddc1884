"""Answer Prometheus at /metrics.

It stands in front of the app: to whoever may not read the numbers, the app says what it says of any
page that is not there.
"""

import hmac
import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector
from werkzeug.exceptions import NotFound

PATH = "/metrics"
# Where the processes of a server write their numbers; see `processes`.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def init_app(
    app: Flask, registry: CollectorRegistry, token: str, bind: tuple[str, int] | None
) -> None:
    """Serve the numbers to whoever has the token; keep what a port of its own will serve."""
    if FOLDER in os.environ:
        registry = CollectorRegistry()
        # Half of this package has no types.
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    numbers: WSGIApplication = make_wsgi_app(registry)
    if token:
        # Flask's own way to wrap an app, though mypy sees a method.
        app.wsgi_app = _before(app.wsgi_app, numbers, token)  # type: ignore[assignment, method-assign]
    if bind:
        app.extensions["metrics_port"] = bind, _before(NotFound(), numbers, token)


def _before(otherwise: WSGIApplication, numbers: WSGIApplication, token: str) -> WSGIApplication:
    """Return an app that answers /metrics with the numbers, if the request has the token."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = environ.get("PATH_INFO") == PATH and environ["REQUEST_METHOD"] == "GET"
        chosen = numbers if asked and _may_read(environ, token) else otherwise
        return chosen(environ, start_response)

    return answer


def _may_read(environ: WSGIEnvironment, token: str) -> bool:
    """Return whether the request has the token, compared in constant time.

    An empty token lets everybody read: a port for this machine only.  Spec: RFC 6750 §2.1.
    """
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    same = hmac.compare_digest(given.encode("latin-1", "replace"), token.encode())
    return not token or (same and scheme.lower() == "bearer")
