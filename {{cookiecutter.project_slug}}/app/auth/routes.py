"""One login, top to bottom: `start` sends a person to the provider, `callback` takes the answer."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..csrf import csrf
from ..db import db
from ..oauth.authorization import response_parameters
from ..oauth.errors import AuthorizationError, InvalidCallback, OAuthError
from ..oauth.provider import Client
from ..problems import problem_page
from . import arrivals, audit, auth, pages, pending, policy, waiting
from .buttons import buttons
from .identities import IdentityError
from .limits import count_refusals, count_starts
from .next_url import HOME, safe_next

bp = Blueprint("auth", __name__, template_folder="templates")


@bp.get("/login")
def login() -> str:
    """Show one button a provider."""
    wanted = safe_next(request.args.getlist("next"))
    return render_template("auth/login.html", buttons=buttons(), next=wanted)


@bp.route("/login/<provider>", methods=["GET", "POST"])
@count_starts
def start(provider: str) -> Response | str:
    """Send the person to a provider; a GET shows the button, since a link must not start anything.

    Spec: RFC 6749 §4.1.1, RFC 9700 §4.7.
    """
    client = client_or_404(provider)
    if request.method != "POST":
        return start_page(provider, request.args.getlist("next"))
    row = waiting.look() if "waiting" in request.form else None
    return begin(
        client,
        purpose="login",
        next_url=safe_next(request.form.getlist("next")),
        invitation_id=session.get("invitation"),
        waiting=row.waiting if row else None,
    )


def begin(client: Client, *, max_age: int | None = None, **what_for: Any) -> Response:
    """Store a pending login, with what it is for, and redirect to the provider.

    The database is let go first, since the provider may have to be asked for its metadata.
    """
    db.session.commit()
    url, login = auth().flow.start(client, max_age=max_age)
    pending.remember(client, login, auth().settings.pending_login_seconds, **what_for)
    return redirect(url, code=303)


@bp.get("/callback/<provider>")
@count_refusals
def callback(provider: str) -> Response:
    """Take the provider's answer: find the login it belongs to, ask the provider who it is, and do
    what the login was for.  Always a redirect, so that the code leaves the address bar.

    Spec: RFC 6749 §4.1.2, OAuth 2.1 draft "Authorization Code in Browser History".
    """
    client = client_or_404(provider)
    response = response_parameters(request.args.items(multi=True))
    login, row = pending.recall(client, response)
    arrivals.check_session(row)
    claims = auth().flow.finish(client, login, response, row.posted_user or "")
    policy.admit(auth().settings, client, claims)
    arrive = {"link": arrivals.link, "reauthenticate": arrivals.reauthenticate}
    return arrive.get(row.purpose, arrivals.sign_in)(client, claims, row)


@bp.post("/callback/<provider>")
@csrf.exempt  # type: ignore[untyped-decorator]
@count_refusals
def posted_callback(provider: str) -> Response:
    """Take the answer of a form_post provider and pass it on as a GET.

    The browser sends this POST from the provider's site, so without our SameSite=Lax cookie and
    without a CSRF token; on the GET that follows it has the cookie.  Spec: OAuth 2.0 Form Post
    Response Mode §2.
    """
    client = client_or_404(provider)
    if not client.provider.form_post:
        raise InvalidCallback("it came as a POST", reason="response_mode")
    response = response_parameters(request.form.items(multi=True))
    pending.mark_posted(client, response, request.form.get("user", ""))
    return redirect(f"{request.path}?{urlencode(response)}", code=303)


@bp.app_errorhandler(OAuthError)
@bp.app_errorhandler(IdentityError)
def refuse(problem: OAuthError | IdentityError) -> Response:
    """Send a sign-in that cannot go on to the page that explains it.

    One event each.  Before a pending login was found anybody can cause it, so it goes to the log
    only.
    """
    db.session.rollback()
    row, provider = g.get("pending"), (request.view_args or {}).get("provider")
    wanted = row.next_url if row and row.next_url != HOME else None
    if isinstance(problem, AuthorizationError) and problem.cancelled and row:
        audit.note("cancelled", provider=provider)
        flash("You cancelled at the provider. Nothing was changed.", "info")
        back = url_for("auth.login", next=wanted) if row.purpose == "login" else row.next_url
        return redirect(back, code=303)
    audit.note("refused", provider=provider, reason=problem.reason, detail=str(problem))
    if row:
        audit.keep("refused", provider=provider, reason=problem.reason, user_id=row.user_id)
    return to_error_page(pages.code_of(problem), wanted)


@bp.errorhandler(SQLAlchemyError)
def database_problem(problem: SQLAlchemyError) -> Response | tuple[str, int]:
    """Say that the database is at fault; its own text may hold values and goes nowhere."""
    db.session.rollback()
    audit.note("database_problem", reason=type(problem).__name__)
    answered = request.path.startswith("/callback/")
    return to_error_page("unavailable", None) if answered else problem_page(503)


def to_error_page(code: str, wanted: str | None) -> Response:
    """Redirect to the page of an error, with the id that the log has it under."""
    return redirect(url_for("auth.error", code=code, r=g.request_id, next=wanted), code=303)


def start_page(provider: str, wanted: list[str], problem: str | None = None) -> str:
    """Return the page with the button of one provider."""
    button = next(button for button in buttons() if button["name"] == provider)
    return render_template(
        "auth/start.html", button=button, next=safe_next(wanted), problem=problem
    )


def client_or_404(provider: str) -> Client:
    """Return our registration at a provider that is set up."""
    return auth().settings.clients.get(provider) or abort(404)
