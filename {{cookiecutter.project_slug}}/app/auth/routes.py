"""One login, top to bottom: `start` sends a person to the provider, `callback` takes the answer."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..db import db, transaction
from ..oauth.authorization import PendingLogin, response_parameters
from ..oauth.errors import AuthorizationError, OAuthError
from ..oauth.provider import Client
from ..problems import problem_page
from . import audit, auth, pages, pending, sessions
from .identities import IdentityError, SignIn, sign_in
from .limits import count_refusals, count_starts
from .next_url import HOME, safe_next

LAST_USED = "last_used"
LAST_USED_SECONDS = 365 * 24 * 3600

bp = Blueprint("auth", __name__, template_folder="templates")


@bp.get("/login")
def login() -> str:
    """Show one button a provider."""
    return render_template(
        "auth/login.html", buttons=_buttons(), next=safe_next(request.args.getlist("next"))
    )


@bp.route("/login/<provider>", methods=["GET", "POST"])
@count_starts
def start(provider: str) -> Response | str:
    """Send the person to a provider; a GET shows the button, since a link must not start anything.

    Spec: RFC 6749 §4.1.1, RFC 9700 §4.7.
    """
    client = _client_or_404(provider)
    if request.method == "GET":
        return start_page(client.provider.name, request.args.getlist("next"))
    login = PendingLogin()
    url = auth().flow.start(client, login)
    pending.remember(
        client,
        login,
        purpose="login",
        next_url=safe_next(request.form.getlist("next")),
        life=auth().settings.pending_login_seconds,
    )
    return redirect(url, code=303)


def start_page(provider: str, wanted: list[str], problem: str | None = None) -> str:
    """Return the page with the button of one provider."""
    button = next(button for button in _buttons() if button["name"] == provider)
    return render_template(
        "auth/start.html", button=button, next=safe_next(wanted), problem=problem
    )


@bp.get("/callback/<provider>")
@count_refusals
def callback(provider: str) -> Response:
    """Take the provider's answer: find the login it belongs to, ask the provider who it is, find
    or make the account, open a session.  Always a redirect, so that the code leaves the address
    bar.

    Spec: RFC 6749 §4.1.2, OAuth 2.1 draft "Authorization Code in Browser History".
    """
    client = _client_or_404(provider)
    response = response_parameters(request.args.items(multi=True))
    recalled = pending.recall(client, response)
    g.recalled = recalled
    claims = auth().flow.finish(client, recalled.login, response, recalled.posted_user)

    def find_or_make() -> tuple[SignIn, str]:
        found = sign_in(client, claims)
        if found.first:
            auth().on_first_sign_in(found.user)
        audit.record(
            "sign_up" if found.first else "sign_in", user_id=found.user.id, provider=provider
        )
        return found, sessions.open_session(found.identity)

    found, key = transaction(find_or_make)
    sessions.log_in(found.user, key)
    answer = redirect(recalled.next_url, code=303)
    answer.set_cookie(
        LAST_USED,
        provider,
        max_age=LAST_USED_SECONDS,
        secure=auth().settings.https,
        httponly=True,
        samesite="Lax",
        path=url_for("auth.login"),
    )
    return answer


@bp.post("/callback/<provider>")
@count_refusals
def posted_callback(provider: str) -> Response:
    """Take the answer of a form_post provider and pass it on as a GET.

    The browser sends this POST from the provider's site, so without our SameSite=Lax cookie and
    without a CSRF token; on the GET that follows it has the cookie.  Spec: OAuth 2.0 Form Post
    Response Mode §2.
    """
    client = _client_or_404(provider)
    if not client.provider.form_post:
        abort(405, valid_methods=["GET"])
    response = response_parameters(request.form.items(multi=True))
    pending.mark_posted(client, response, request.form.get("user", ""))
    return redirect(f"{request.path}?{urlencode(response)}", code=303)


@bp.get("/login/error/<code>")
def error(code: str) -> tuple[str, int]:
    """Show the page of an error, with its status."""
    page = pages.PAGES.get(code)
    if page is None:
        abort(404)
    shown = request.args.get("r", "")
    return render_template(
        "auth/error.html",
        page=page,
        request_id_shown=shown if re.fullmatch(r"[0-9a-f]{16}", shown) else None,
        next=safe_next(request.args.getlist("next")),
    ), page.status


@bp.post("/logout")
def logout() -> Response:
    """End this browser's session."""
    current = sessions.current()
    if current:
        audit.record("sign_out", user_id=current.user_id, provider=current.provider)
        sessions.log_out()
        db.session.commit()
    return redirect(HOME, code=303)


@bp.get("/session")
def session_info() -> tuple[Response, int]:
    """Say as JSON who is signed in."""
    current = sessions.current()
    if current is None:
        return jsonify(user=None), 401
    user = current.user
    return jsonify(
        user={
            "id": str(user.id),
            "name": user.name,
            "email": user.email,
            "email_verified": user.email_verified,
            "picture": user.picture,
            "is_admin": user.is_admin,
        },
        provider=current.provider,
        expires_at=sessions.ends_at(current).isoformat(),
    ), 200


@bp.errorhandler(OAuthError)
@bp.errorhandler(IdentityError)
def refuse(problem: OAuthError | IdentityError) -> Response:
    """Send a sign-in that cannot go on to the page that explains it.

    One event each.  Before a pending login was found anybody can cause it, so it goes to the log
    only.
    """
    db.session.rollback()
    provider = (request.view_args or {}).get("provider")
    recalled = g.get("recalled")
    wanted = recalled.next_url if recalled and recalled.next_url != HOME else None
    if isinstance(problem, AuthorizationError) and problem.cancelled:
        audit.note("cancelled", provider=provider)
        flash("You cancelled the sign-in. Nothing was changed.")
        return redirect(url_for("auth.login", next=wanted), code=303)
    audit.note("refused", provider=provider, reason=problem.reason, detail=str(problem))
    if recalled:
        audit.keep("refused", provider=provider, reason=problem.reason)
    return _to_error_page(pages.code_of(problem), wanted)


@bp.errorhandler(SQLAlchemyError)
def database_problem(problem: SQLAlchemyError) -> Response | tuple[str, int]:
    """Say that the database is at fault; its own text may hold values and goes nowhere."""
    db.session.rollback()
    audit.note("database_problem", reason=type(problem).__name__)
    return _to_error_page("unavailable", None) if request.view_args else problem_page(503)


def _to_error_page(code: str, wanted: str | None) -> Response:
    return redirect(url_for("auth.error", code=code, r=g.request_id, next=wanted), code=303)


def _client_or_404(provider: str) -> Client:
    return auth().settings.clients.get(provider) or abort(404)


def _mark(name: str) -> str:
    """Return the static file of a provider's mark, or of the one for all others."""
    own = f"providers/{name}.svg"
    return own if Path(current_app.static_folder or "", own).is_file() else "providers/openid.svg"


def _buttons() -> list[dict[str, Any]]:
    """Return what the login page shows: in development also what is not set up yet.

    A page with these buttons must let its forms lead to other sites.
    """
    g.starts_sign_in = True
    settings = auth().settings
    shown = list(settings.providers) if settings.development else []
    names = [provider.name for provider in shown]
    shown += [c.provider for c in settings.clients.values() if c.provider.name not in names]
    return [
        {
            "name": provider.name,
            "label": provider.label,
            "mark": _mark(provider.name),
            "practice": provider.name.startswith("practice"),
            "configured": provider.name in settings.clients,
            "last_used": request.cookies.get(LAST_USED) == provider.name,
        }
        for provider in shown
    ]
