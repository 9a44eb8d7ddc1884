"""The page of a form that was refused: it has expired, or it came from elsewhere."""

from typing import Any

from flask import current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import NotFound

from . import audit, settings
from .protection import ForeignOrigin
from .routes import start_page

TEXTS = {
    "csrf": "This page has expired. Please try again. If this keeps happening, allow cookies for"
    " this site.",
    "foreign_origin": "This page was opened at the wrong address. Go to: {url}",
    "null_origin": "Your browser did not say which page sent this form. A privacy extension, an"
    " embedded page or a proxy can cause this. Open this site directly: {url}",
    "cross_site": "This form was sent by another site. To do this, go to: {url}",
}


def refuse_form(problem: CSRFError) -> Any:
    """Explain why a form was refused.  If it has only expired, show its button again."""
    reason = problem.reason if isinstance(problem, ForeignOrigin) else "csrf"
    text = TEXTS[reason].format(url=settings().public_url)
    audit.log_only("form_refused", reason=reason, detail=str(problem.description))
    provider = (request.view_args or {}).get("provider", "")
    if request.endpoint != "signin.start" or reason != "csrf":
        shown = {"text": text, "request_id": audit.request_id()}
        return render_template("signin/form_expired.html", **shown), 400
    if provider not in settings().clients:
        return current_app.handle_http_exception(NotFound())
    return start_page(provider, request.form.getlist("next"), text), 400
