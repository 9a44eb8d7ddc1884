"""Error pages of sign-in.

There is one page for each error.  Its text is fixed, in `templates/signin/errors/<code>.html`; a
provider's own text is never shown.
"""

import logging
import re
from typing import Any

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ..database import is_unreachable
from ..host import HOME, db
from ..oauth.errors import (
    AuthorizationError,
    InvalidCallback,
    OAuthError,
    ProviderUnavailable,
    TokenError,
)
from . import audit, bp, safe_next, settings
from .errors import IdentityError
from .protection import ForeignOrigin
from .routes import start_page

STATUSES = {
    "invalid_callback": 400,
    "login_expired": 400,
    "provider_refused": 400,
    "provider_unavailable": 503,
    "provider_error": 502,
    "provider_misconfigured": 502,
    "account_disabled": 403,
    "provider_moved": 409,
    "identity_taken": 409,
    "other_account": 403,
    "not_allowed": 403,
    "email_required": 403,
    "signup_closed": 403,
    "invitation_required": 403,
    "invitation_used": 403,
    "unavailable": 503,
}
EXPIRED_REASONS = ("unknown_state", "expired_state")
RETRY_ERRORS = ("server_error", "temporarily_unavailable")
MISCONFIGURED_ERRORS = (
    "invalid_client",
    "unauthorized_client",
    "redirect_uri_mismatch",
    "incorrect_client_credentials",
    "bad_client_secret",
    "invalid_client_id",
)
EXPIRED_GRANTS = ("invalid_grant", "bad_verification_code", "invalid_code")
FORM_EXPIRED = (
    "This page has expired. Please try again. If this keeps happening, allow cookies for this site."
)
ELSEWHERE = "This page was opened at the wrong address. Go to: "

log = logging.getLogger(__name__)


def error_code(error: Exception) -> str:
    """Return the code of the page for an error."""
    match error:
        case InvalidCallback(reason=reason):
            return "login_expired" if reason in EXPIRED_REASONS else "invalid_callback"
        case AuthorizationError(error=word):
            return "provider_unavailable" if word in RETRY_ERRORS else "provider_refused"
        case TokenError(error=word) if word in EXPIRED_GRANTS:
            return "login_expired"
        case TokenError(error=word) if word in MISCONFIGURED_ERRORS:
            return "provider_misconfigured"
        case ProviderUnavailable():
            return "provider_unavailable"
        case IdentityError(reason=reason):
            return reason if reason in STATUSES else "not_allowed"
    return "provider_error"


@bp.errorhandler(OAuthError)
@bp.errorhandler(IdentityError)
def refuse(problem: OAuthError | IdentityError) -> Response:
    """Redirect a failed login to its error page.

    Each refusal is one event.  Without a pending login anyone can trigger it, so it is only logged.
    """
    db.session.rollback()
    login, provider = g.get("pending_login"), (request.view_args or {}).get("provider")
    return_to = login.next_url if login and login.next_url != HOME else None
    if isinstance(problem, AuthorizationError) and problem.cancelled and login:
        audit.log_only("cancelled", provider=provider)
        flash("You cancelled the sign-in. Nothing was changed.", "info")
        if login.purpose != "login":
            return redirect(login.next_url, code=303)
        return redirect(url_for("signin.login", next=return_to), code=303)
    audit.log_only("refused", provider=provider, reason=problem.reason, detail=str(problem))
    if login:
        audit.store_refusal(provider=provider, reason=problem.reason, user_id=login.user_id)
    return redirect_to_error(error_code(problem), return_to)


@bp.errorhandler(SQLAlchemyError)
def database_error(problem: SQLAlchemyError) -> Response | tuple[str, int]:
    """Show that the database cannot be reached.

    Any other database error is a bug of the app and is raised, for the debugger and the log.  In
    production a callback still redirects, to remove the code from the URL.
    """
    db.session.rollback()
    callback = request.endpoint == "signin.callback"
    if not is_unreachable(problem) and (current_app.debug or not callback):
        raise problem
    audit.log_only("database_problem", reason=type(problem).__name__)
    log.error("the database failed", exc_info=problem)
    return redirect_to_error("unavailable", None) if callback else _page("unavailable")


def redirect_to_error(code: str, return_to: str | None) -> Response:
    """Redirect to the page of an error, with its request id."""
    url = url_for("signin.error", code=code, r=audit.request_id(), next=return_to)
    return redirect(url, code=303)


@bp.get("/login/error/<code>")
def error(code: str) -> tuple[str, int]:
    """Show the page of an error, with its status."""
    return _page(code) if code in STATUSES else abort(404)


def _page(code: str) -> tuple[str, int]:
    request_id = request.args.get("r", "")
    page = render_template(
        f"signin/errors/{code}.html",
        status=STATUSES[code],
        request_id_shown=request_id if re.fullmatch(r"[0-9a-f]{16}", request_id) else None,
        next=safe_next(request.args.getlist("next")),
    )
    return page, STATUSES[code]


def form_expired(problem: CSRFError) -> Any:
    """Explain that a form has expired or came from a foreign origin.  Show its button again."""
    foreign = isinstance(problem, ForeignOrigin)
    text = f"{ELSEWHERE}{settings().public_url}" if foreign else FORM_EXPIRED
    audit.log_only("form_refused", reason="csrf", detail=str(problem.description))
    provider = (request.view_args or {}).get("provider", "")
    if request.endpoint != "signin.start" or foreign:
        shown = {"text": text, "request_id": audit.request_id()}
        return render_template("signin/form_expired.html", **shown), 400
    if provider not in settings().clients:
        return current_app.handle_http_exception(NotFound())
    return start_page(provider, request.form.getlist("next"), text), 400
