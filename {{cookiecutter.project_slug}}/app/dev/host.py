"""One address for the app.  Cookies belong to a host and callbacks go to PUBLIC_URL: somebody who
opens 127.0.0.1 where PUBLIC_URL says localhost would never come back signed in.
"""

from urllib.parse import urlsplit

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from ..config import Settings
from ..oauth.answers import is_loopback

EXEMPT = ("/dev/", "/healthz", "/readyz", "/static/")


def init_app(app: Flask, settings: Settings) -> None:
    """Send requests for another spelling of the host to PUBLIC_URL.

    Must come before the check of CSRF tokens, which would refuse a form for want of a cookie and
    not say why.
    """
    public = urlsplit(settings.origin)

    @app.before_request
    def check_host() -> Response | tuple[str, int] | None:
        # A tunnel may rewrite Host and tell the address that people use beside it.
        named = (request.host, request.headers.get("X-Forwarded-Host"))
        if public.netloc in named or request.path.startswith(EXEMPT):
            return None
        # Nobody may be listening on another port of this machine: tell, rather than redirect.
        elsewhere = is_loopback(public.hostname) and urlsplit(request.url).port != public.port
        if elsewhere or request.method not in ("GET", "HEAD"):
            page = render_template("dev/host.html", origin=settings.origin, opened=request.host)
            return page, 400
        return redirect(settings.origin + request.full_path.removesuffix("?"), code=307)
