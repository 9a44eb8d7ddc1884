"""Around each request in development: practice clients, the host, answers at a wrong address."""

from urllib.parse import SplitResult, urlsplit

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from ..auth import audit
from ..auth import settings as current_settings
from ..config import Settings
from ..oauth.responses import is_loopback
from . import practice_clients

# A provider in a container posts Logout Tokens to another name of this machine.
EXEMPT = ("/dev/", "/healthz", "/readyz", "/static/", "/signin/static/", "/backchannel-logout/")


def init_app(app: Flask, settings: Settings) -> None:
    """Redirect requests with another host to PUBLIC_URL.

    Cookies belong to a host, and callbacks go to PUBLIC_URL.  If PUBLIC_URL has localhost, a person
    who opens 127.0.0.1 could not sign in.  Call this before CSRF checks are installed: they would
    refuse a form without a cookie, and not explain why.
    """
    public_host = urlsplit(settings.origin).netloc

    @app.before_request
    def prepare() -> Response | tuple[str, int] | None:
        registered = "practice" in app.extensions["signin"].settings.clients
        if settings.practice_provider and not registered:
            practice_clients.register(app, settings)
        elsewhere = request.host != public_host and not request.path.startswith(EXEMPT)
        return _at_another_host(urlsplit(settings.origin)) if elsewhere else None

    @app.after_request
    def explain(response: Response) -> Response:
        return _explained(response) if response.status_code == 404 else response


def _at_another_host(public: SplitResult) -> Response | tuple[str, int] | None:
    """Redirect to PUBLIC_URL, or explain why not.  Return None behind a tunnel to it."""
    # A tunnel may rewrite Host and put the public host into X-Forwarded-Host, first in a list.
    forwarded = request.headers.get("X-Forwarded-Host", "").split(",")
    if public.netloc in map(str.strip, forwarded):
        return None
    # Nothing may listen on the other port of this machine, so explain instead of redirecting.
    elsewhere = is_loopback(public.hostname) and urlsplit(request.url).port != public.port
    if elsewhere or request.method not in ("GET", "HEAD"):
        shown = {"origin": public.geturl(), "opened": request.host}
        audit.log_only("host_refused", reason="wrong_host", detail=str(shown))
        return render_template("signin/dev/host.html", **shown), 400
    return redirect(public.geturl() + request.full_path.removesuffix("?"), code=307)


def _explained(response: Response) -> Response:
    """Replace the page of a 404 whose query is an authorization response."""
    sent = set(request.args)
    if "state" in sent and sent & {"code", "error"}:
        urls = [client.redirect_uri for client in current_settings().clients.values()]
        response.set_data(render_template("signin/dev/stray_answer.html", urls=urls))
        response.mimetype = "text/html"
    return response
