"""Headers on every answer, errors and static files included.

Spec: CSP Level 3, RFC 6797; the values follow OWASP ASVS 5.0 §3.4.
"""

from flask import Flask, Response, g, request

from .config import Settings

HSTS = "max-age=63072000; includeSubDomains"
CALLBACKS = ("auth.callback", "auth.posted_callback")


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to everything that the app answers."""
    loopback = " http://localhost:* http://127.0.0.1:*" if settings.http_loopback else ""

    @app.after_request
    def add(response: Response) -> Response:
        # A browser applies form-action to every redirect of a submitted form, and a provider may
        # send people on to a login of their company's.
        forms = f"'self' https:{loopback}" if g.get("starts_sign_in") else "'self'"
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:;"
            f" connect-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none';"
            " object-src 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = (
            "no-referrer" if request.endpoint in CALLBACKS else "same-origin"
        )
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["X-Request-ID"] = g.request_id
        if settings.https:
            response.headers["Strict-Transport-Security"] = HSTS
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
