"""Error pages of sign-in.

There is one page for each error.  Its text is fixed, in `templates/signin/errors/<code>.html`; a
provider's own text is never shown.
"""

import logging
import re

from flask import (
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import InternalServerError
from werkzeug.wrappers import Response

from ..database import is_unreachable
from ..host import HOME, db
from ..models import PendingLogin
from ..oauth.descriptions import WRONG_CALLBACK_URL, WRONG_CLIENT, is_wrong_client
from ..oauth.errors import (
    AuthorizationError,
    InvalidCallback,
    OAuthError,
    ProviderUnavailable,
    TokenError,
)
from . import CALLBACKS, audit, bp, safe_next, settings
from .error_words import WORDS, words_for
from .errors import IdentityError
from .limits import count_refused

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
    "email_taken": 409,
    "signup_closed": 403,
    "invitation_required": 403,
    "invitation_used": 403,
    "invitation_expired": 403,
    "invitation_unknown": 403,
    "unavailable": 503,
    "internal_error": 500,
}
EXPIRED_REASONS = ("unknown_state", "expired_state")
RETRY_ERRORS = ("server_error", "temporarily_unavailable")
MISCONFIGURED_ERRORS = (*WRONG_CALLBACK_URL, *WRONG_CLIENT)
# How providers describe that the person, not a rule, stopped the sign-in.
CANCELLED = re.compile(
    r"cancel|abort|declin|user[_ ]?(has )?(denied|refused|rejected)"
    r"|(denied|refused|rejected) by (the )?user",
    re.IGNORECASE,
)
BY_RULE = re.compile(r"polic|admin|rule|condition|restrict|not assigned", re.IGNORECASE)
EXPIRED_GRANTS = ("invalid_grant", "bad_verification_code", "invalid_code")
DETAIL_LENGTH = 500

log = logging.getLogger(__name__)


def error_code(error: Exception) -> str:
    """Return the code of the page for an error."""
    match error:
        case InvalidCallback(reason=reason):
            return "login_expired" if reason in EXPIRED_REASONS else "invalid_callback"
        case AuthorizationError(error=word) | TokenError(error=word) if (
            word.lower() in MISCONFIGURED_ERRORS
        ):
            return "provider_misconfigured"
        case TokenError() if is_wrong_client(error):
            return "provider_misconfigured"
        case AuthorizationError(error=word):
            return "provider_unavailable" if word in RETRY_ERRORS else "provider_refused"
        case TokenError(error=word) if word in EXPIRED_GRANTS:
            return "login_expired"
        case ProviderUnavailable():
            return "provider_unavailable"
        case IdentityError(reason=reason):
            return reason if reason in STATUSES else "not_allowed"
    return "provider_error"


@bp.errorhandler(OAuthError)
@bp.errorhandler(IdentityError)
def refuse(problem: OAuthError | IdentityError) -> Response:
    """Redirect a failed login to its error page.

    Each refusal is one event.  Without a pending login anyone can trigger it, so it is only logged,
    and a callback is counted.
    """
    db.session.rollback()
    login, provider = g.get("pending_login"), (request.view_args or {}).get("provider")
    return_to = login.next_url if login and login.next_url != HOME else None
    if isinstance(problem, AuthorizationError) and problem.cancelled and login:
        return _cancelled(problem, login, return_to)
    if login is None and request.endpoint in CALLBACKS:
        try:
            count_refused()
        except RateLimitExceeded as too_many:
            return current_app.make_response(current_app.handle_http_exception(too_many))
    audit.log_only("refused", provider=provider, reason=problem.reason, detail=str(problem))
    if login:
        audit.store_refusal(provider=provider, reason=problem.reason, user_id=login.user_id)
    if isinstance(problem, IdentityError):
        session["choose_account"] = True
    _show_operator(problem)
    return redirect_to_error(error_code(problem), return_to, login.purpose if login else "login")


def _cancelled(problem: AuthorizationError, login: PendingLogin, return_to: str | None) -> Response:
    audit.log_only("cancelled", provider=login.provider, detail=str(problem))
    flash(_cancelled_text(problem), "info")
    if login.purpose != "login":
        return redirect(login.next_url, code=303)
    return redirect(url_for("signin.login", next=return_to), code=303)


def _cancelled_text(problem: AuthorizationError) -> str:
    """Return the message for a cancelled sign-in.

    A provider whose own rules forbid a sign-in uses the same error code and describes the reason.
    """
    said = problem.description
    if not said or (CANCELLED.search(said) and not BY_RULE.search(said)):
        return "You cancelled the sign-in. Nothing was changed."
    return "The sign-in was cancelled, or the provider did not allow it. Nothing was changed."


def _show_operator(problem: OAuthError | IdentityError) -> None:
    """In development, keep the cause in the cookie, for the error page that follows."""
    if settings().development:
        detail = str(problem)[:DETAIL_LENGTH]
        session["refusal"] = [audit.request_id(), problem.reason, detail]


@bp.errorhandler(SQLAlchemyError)
def database_error(problem: SQLAlchemyError) -> Response | tuple[str, int]:
    """Show that the database cannot be reached.

    Any other database error is a bug of the app.  It is raised: the debugger shows it, and in
    production `internal_error` gets it.
    """
    db.session.rollback()
    if not is_unreachable(problem):
        raise problem
    audit.log_only("database_problem", reason="unreachable", detail=type(problem).__name__)
    log.error("the database failed", exc_info=problem)
    return _failed("unavailable")


@bp.errorhandler(500)
def internal_error(problem: InternalServerError) -> Response | tuple[str, int]:
    """Show that the app failed; Flask has logged the traceback.

    A callback still redirects, to remove the code from the URL.
    """
    cause = problem.original_exception
    if isinstance(cause, SQLAlchemyError) and is_unreachable(cause):
        return database_error(cause)
    audit.log_only("failed", reason="internal_error", detail=type(cause).__name__)
    return _failed("internal_error")


def _failed(code: str) -> Response | tuple[str, int]:
    callback = request.endpoint in CALLBACKS
    return redirect_to_error(code, None) if callback else _page(code, audit.request_id())


def redirect_to_error(code: str, return_to: str | None, purpose: str = "login") -> Response:
    """Redirect to the page of an error, with its request id and what the login was for."""
    other = purpose if purpose in WORDS and purpose != "login" else None
    request_id = audit.request_id()
    url = url_for("signin.error", code=code, r=request_id, next=return_to, purpose=other)
    return redirect(url, code=303)


@bp.get("/login/error/<code>")
def error(code: str) -> tuple[str, int]:
    """Show the page of an error, with its status."""
    return _page(code, request.args.get("r", "")) if code in STATUSES else abort(404)


def _page(code: str, request_id: str) -> tuple[str, int]:
    refusal = session.get("refusal") if settings().development else None
    page = render_template(
        f"signin/errors/{code}.html",
        status=STATUSES[code],
        request_id_shown=request_id if re.fullmatch(r"[0-9a-f]{16}", request_id) else None,
        refusal=refusal if refusal and refusal[0] == request_id else None,
        next=safe_next(request.args.getlist("next")),
        **words_for(request.args.get("purpose", "")),
    )
    return page, STATUSES[code]
