"""Forms are taken from this site's own pages only."""

from flask import Flask, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from .config import Settings

csrf = CSRFProtect()


class ForeignOrigin(CSRFError):  # type: ignore[misc]
    """A form of a page that was opened at another address than PUBLIC_URL."""


def init_app(app: Flask, settings: Settings) -> None:
    """Ask every POST for its token, and compare the Origin header where a browser sends one.

    Flask-WTF's own check of the Referer header is off: privacy tools remove that header, and
    proxies rewrite the host that it is compared with.
    """
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)

    @app.before_request
    def check_origin() -> None:
        origin = request.headers.get("Origin", settings.origin)
        if g.get("csrf_valid") and origin != settings.origin:
            raise ForeignOrigin("The Origin header is not PUBLIC_URL.")
