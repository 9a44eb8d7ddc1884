"""Before each request in development: register practice clients, and check the host."""

from urllib.parse import urlsplit

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from ..config import Settings
from ..oauth.responses import is_loopback
from . import practice_clients

EXEMPT = ("/dev/", "/healthz", "/readyz", "/static/", "/signin/static/")


def init_app(app: Flask, settings: Settings) -> None:
    """Redirect requests with another host to PUBLIC_URL.

    Cookies belong to a host, and callbacks go to PUBLIC_URL.  If PUBLIC_URL has localhost, a person
    who opens 127.0.0.1 could not sign in.  Call this before CSRF checks are installed: they would
    refuse a form without a cookie, and not explain why.
    """
    public = urlsplit(settings.origin)

    @app.before_request
    def prepare() -> Response | tuple[str, int] | None:
        if "practice" not in app.extensions["signin"].settings.clients:
            practice_clients.register(app, settings)
        # A tunnel may rewrite Host and put the public host into X-Forwarded-Host.
        named = (request.host, request.headers.get("X-Forwarded-Host"))
        if public.netloc in named or request.path.startswith(EXEMPT):
            return None
        # Nothing may listen on the other port of this machine, so explain instead of redirecting.
        elsewhere = is_loopback(public.hostname) and urlsplit(request.url).port != public.port
        if elsewhere or request.method not in ("GET", "HEAD"):
            shown = {"origin": settings.origin, "opened": request.host}
            page = render_template("signin/dev/host.html", **shown)
            return page, 400
        return redirect(settings.origin + request.full_path.removesuffix("?"), code=307)
