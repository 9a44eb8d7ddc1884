"""The proxies in front of the app, whose headers say who a visitor is."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ..signin.auth.addresses import without_port


def init_app(app: Flask, hops: int) -> None:
    """Trust the headers that so many proxies add."""
    if hops:
        inner = _without_port(app.wsgi_app)
        app.wsgi_app = ProxyFix(inner, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _without_port(app: WSGIApplication) -> WSGIApplication:
    """Return `app` behind a step that removes the port which some proxies add to the address."""

    def step(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = without_port(environ.get("REMOTE_ADDR", ""))
        return app(environ, start_response)

    return step
