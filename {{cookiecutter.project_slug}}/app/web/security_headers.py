"""Security headers on every response, including errors and static files.

Spec: CSP Level 3, RFC 6797; the values follow OWASP ASVS 5.0 §3.4.
"""

from flask import Flask, Response, g, request

from ..signin.config import Settings

HSTS = "max-age=63072000; includeSubDomains"
CALLBACKS = ("signin.callback", "signin.posted_callback")


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to every response."""
    loopback = " http://localhost:* http://127.0.0.1:*" if settings.allow_http_loopback else ""

    @app.after_request
    def add(response: Response) -> Response:
        # Browsers apply form-action to every redirect of a submitted form, and a provider may
        # redirect to a company's own login page.
        forms = f"'self' https:{loopback}" if g.get("leads_to_provider") else "'self'"
        headers = response.headers
        headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:;"
            f" connect-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none';"
            " object-src 'none'"
        )
        headers["X-Content-Type-Options"] = "nosniff"
        callback = request.endpoint in CALLBACKS
        headers["Referrer-Policy"] = "no-referrer" if callback else "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        headers["X-Request-ID"] = g.request_id
        if settings.https:
            headers["Strict-Transport-Security"] = HSTS
        # Flask sends static files with `Cache-Control: no-cache` and an ETag.
        if not (request.endpoint or "").endswith("static"):
            headers.setdefault("Cache-Control", "no-store")
        return response
