"""Security headers on every response, including errors and static files.

Spec: CSP Level 3, RFC 6797; the values follow OWASP ASVS 5.0 §3.4.
"""

from flask import Flask, Response, g, request

from ..signin.auth import CALLBACKS
from ..signin.config import Settings

HSTS = "max-age=63072000"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:;"
    " connect-src {connect}; form-action {forms}; base-uri 'none'; frame-ancestors 'none';"
    " object-src 'none'"
)
SAME_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to every response."""
    to_providers = form_targets(settings)
    # Where scripts may connect to; an option adds its own.
    connect = app.extensions["connect_sources"] = ["'self'"]
    hsts = HSTS + ("; includeSubDomains" if settings.hsts_subdomains else "")

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.update(SAME_EVERYWHERE)
        forms = to_providers if g.get("leads_to_provider") else "'self'"
        headers["Content-Security-Policy"] = POLICY.format(forms=forms, connect=" ".join(connect))
        callback = request.endpoint in CALLBACKS
        headers["Referrer-Policy"] = "no-referrer" if callback else "same-origin"
        headers["X-Request-ID"] = g.request_id
        if settings.https:
            headers["Strict-Transport-Security"] = hsts
        # Flask sends static files with `Cache-Control: no-cache` and an ETag.
        if not (request.endpoint or "").endswith("static"):
            headers.setdefault("Cache-Control", "no-store")
        return response


def form_targets(settings: Settings) -> str:
    """Return where a form that starts a sign-in may lead.

    Browsers apply form-action to every redirect of a submitted form, and a provider may redirect to
    a company's own login page.
    """
    loopback = ("localhost", "127.0.0.1") if settings.allow_http_loopback else ()
    # A source in a policy cannot be an IPv6 address.
    named = [host for host in sorted(settings.allow_http_hosts) if ":" not in host]
    plain = dict.fromkeys(f"http://{host}:*" for host in (*loopback, *named))
    return " ".join(["'self'", "https:", *plain])
