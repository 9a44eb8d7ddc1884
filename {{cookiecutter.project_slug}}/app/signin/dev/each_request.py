"""Around each request in development: practice clients, the host, answers at a wrong address."""

from urllib.parse import SplitResult, urlsplit

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from ..auth import audit
from ..auth import settings as current_settings
from ..auth.protection import is_for_sign_in
from ..config import PRACTICE, Settings
from ..host import PREFIX, WHOLE_APP
from ..oauth.responses import is_local_name, is_loopback
from . import practice_clients

PRACTICE_PATHS = (f"{PREFIX}/login/{PRACTICE}", f"/dev/{PRACTICE}")
# What proxies add to a request.
OF_PROXIES = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_", "HTTP_X_REAL_IP", "HTTP_VIA")
# A provider in a container posts Logout Tokens to another name of this machine.
EXEMPT = (
    *("/dev/", "/healthz", "/readyz", "/static/"),
    *(f"{PREFIX}/signin/static/", f"{PREFIX}/backchannel-logout/"),
)


def init_app(app: Flask, settings: Settings) -> None:
    """Redirect requests with another host to PUBLIC_URL.

    Cookies belong to a host, and callbacks go to PUBLIC_URL.  If PUBLIC_URL has localhost, a person
    who opens 127.0.0.1 could not sign in.  Call this before CSRF checks are installed: they would
    refuse a form without a cookie, and not explain why.  Tests of an app that
    sign-in was added to may use any host.
    """
    public_host = urlsplit(settings.origin).netloc

    @app.before_request
    def prepare() -> Response | tuple[str, int] | None:
        registered = "practice" in app.extensions["signin"].settings.clients
        if settings.practice_provider and not registered:
            practice_clients.register(app, settings)
        elsewhere = request.host != public_host and not request.path.startswith(EXEMPT)
        elsewhere = elsewhere and is_for_sign_in() and (WHOLE_APP or not app.testing)
        checked = elsewhere or request.path.startswith(PRACTICE_PATHS)
        return _refusal(settings, elsewhere=elsewhere) if checked else None

    @app.after_request
    def explain(response: Response) -> Response:
        return _explained(response) if response.status_code == 404 else response


def _refusal(settings: Settings, *, elsewhere: bool) -> Response | tuple[str, int] | None:
    """Return what stops a request for the practice provider or at another host, or None."""
    practice = settings.practice_provider and request.path.startswith(PRACTICE_PATHS)
    if practice and not settings.practice_for_all and not is_from_this_machine():
        return _practice_refused()
    return _at_another_host(urlsplit(settings.origin)) if elsewhere else None


def is_from_this_machine() -> bool:
    """Return whether the request comes from this machine, and through no proxy."""
    direct = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    forwarded = any(name.startswith(OF_PROXIES) for name in request.environ)
    return is_loopback(direct.get("REMOTE_ADDR")) and not forwarded


def _practice_refused() -> tuple[str, int]:
    """Explain that the practice provider, which signs in anybody, is for this machine only."""
    detail = "the request comes from another machine or through a proxy"
    audit.log_only("host_refused", reason="practice_elsewhere", detail=detail)
    return render_template("signin/dev/practice_refused.html"), 403


def _at_another_host(public: SplitResult) -> Response | tuple[str, int] | None:
    """Redirect to PUBLIC_URL, or explain why not.  Return None behind a tunnel to it."""
    # Nobody needs a tunnel to this machine, so there the headers are made up.
    if not is_local_name(public.hostname or "") and _is_tunnelled(public.netloc):
        return None
    # Nothing may listen on the other port of this machine, so explain instead of redirecting.
    elsewhere = is_loopback(public.hostname) and urlsplit(request.url).port != public.port
    if elsewhere or request.method not in ("GET", "HEAD"):
        shown = {"origin": public.geturl(), "opened": request.host}
        audit.log_only("host_refused", reason="wrong_host", detail=str(shown))
        return render_template("signin/dev/host.html", **shown), 400
    return redirect(public.geturl() + request.full_path.removesuffix("?"), code=307)


def _is_tunnelled(public_host: str) -> bool:
    """Return whether a tunnel to PUBLIC_URL has passed the request on.

    A tunnel may rewrite Host to this machine, and then name the public host in a header, first in
    a list, or nowhere.
    """
    named = request.headers.get("X-Forwarded-Host", "").split(",")
    hosts = {host.strip().lower().removesuffix(":443").removesuffix(":80") for host in named}
    rewritten = is_local_name(request.host.rpartition(":")[0] or request.host)
    by_proxy = any(name.startswith(OF_PROXIES) for name in request.environ)
    return public_host in hosts or (rewritten and by_proxy)


def _explained(response: Response) -> Response:
    """Replace the page of a 404 whose query is an authorization response."""
    sent = set(request.args)
    if "state" in sent and sent & {"code", "error"}:
        urls = [client.redirect_uri for client in current_settings().clients.values()]
        response.set_data(render_template("signin/dev/stray_answer.html", urls=urls))
        response.mimetype = "text/html"
    return response
