"""One address for the app.  Cookies belong to a host and callbacks go to PUBLIC_URL: somebody who
opens 127.0.0.1 where PUBLIC_URL says localhost would never come back signed in.
"""

from urllib.parse import urlsplit

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from ..config import Settings
from ..oauth.http import is_loopback
from ..problems import problem_page

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
        port = urlsplit(request.host_url).port
        if is_loopback(public.hostname) and port != public.port:
            return problem_page(
                400,
                f"You opened {request.host}, but PUBLIC_URL in .env says {settings.origin}, and"
                " sign-ins would end there. Open that address, or change PUBLIC_URL.",
            )
        if request.method not in ("GET", "HEAD"):
            return problem_page(
                400,
                f"This form was sent to {request.host}, but PUBLIC_URL in .env says"
                f" {settings.origin}. Open the page there and send it again.",
            )
        return redirect(settings.origin + request.full_path.removesuffix("?"), code=307)
