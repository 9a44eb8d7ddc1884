"""The views of a login: `start` redirects to the provider, `callback` handles the response."""

from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, session
from werkzeug.wrappers import Response

from ..database import transaction
from ..host import HOME
from ..models import Identity, PendingLogin
from ..oauth.authorization import authorization_response
from ..oauth.errors import InvalidCallback
from ..oauth.provider import Grant
from . import (
    accounts,
    admission,
    bp,
    cleanup,
    client_or_404,
    flow,
    invitations,
    safe_next,
    same_address,
    sessions,
    settings,
)
from .buttons import buttons
from .limits import count_starts
from .pending import mark_posted, recall, start_login
from .protection import csrf_exempt
from .renewal import renew, require_open_session, require_same_session


@bp.get("/login")
def login() -> str:
    """Show a button for each provider."""
    cleanup.once_an_hour()
    return_to = safe_next(request.args.getlist("next"))
    return render_template(
        "signin/login.html",
        buttons=buttons(),
        next=return_to,
        session_ended=sessions.has_ended(),
        sign_in_needed=return_to != HOME,
        signup=settings().signup,
        invited="invitation" in session,
    )


@bp.route("/login/<provider>", methods=["GET", "POST"])
@count_starts
def start(provider: str) -> Response | str:
    """Redirect to a provider.

    Only a POST starts a login, so a link cannot.  A GET shows a page with the button.
    Spec: RFC 6749 §4.1.1, RFC 9700 §4.7.
    """
    client = client_or_404(provider)
    if request.method != "POST":
        return start_page(provider, request.args.getlist("next"))
    login = PendingLogin(purpose="login", next_url=safe_next(request.form.getlist("next")))
    if "invitation" in session:
        login.invitation_id = invitations.in_session()
    if "held" in request.form:
        login.held = same_address.held_by_this_browser()
    return start_login(client, login)


def start_page(provider: str, next_values: list[str], problem: str | None = None) -> str:
    """Return the page with the button of one provider."""
    cleanup.once_an_hour()
    return render_template(
        "signin/start.html",
        button=next(iter(buttons([provider]))),
        next=safe_next(next_values),
        problem=problem,
    )


# Stands before `callback`, which would take a HEAD too.
@bp.route("/callback/<provider>", methods=["HEAD"])
def checked_callback(provider: str) -> Response:
    """Answer a link checker.  The login stays pending."""
    client_or_404(provider)
    return Response()


@bp.get("/callback/<provider>")
def callback(provider: str) -> Response:
    """Finish the login that the provider's response belongs to.

    Always redirects, to remove the code from the URL.
    Spec: RFC 6749 §4.1.2, OAuth 2.1 draft "Authorization Code in Browser History".
    """
    client = client_or_404(provider)
    response = authorization_response(client.provider, request.args.items(multi=True))
    login = recall(client, response)
    if login.purpose not in WITHOUT_SESSION:
        require_same_session(login)
    # form_post providers send a `user` field; see posted_callback.
    grant = flow().finish(client, login, response | {"user": login.posted_user or ""})
    admission.admit(grant)
    finish = FINISH.get(login.purpose)
    if finish is None:
        raise InvalidCallback(f"unknown login purpose {login.purpose!r}", reason="unknown_purpose")
    return finish(grant, login)


def finish_sign_in(grant: Grant, login: PendingLogin) -> Response:
    """Sign in to the account of this identity; a new identity gets a new account.

    If another account has the same verified e-mail address, no account is created: the person must
    confirm first (see `same_address`).
    """
    provider, claims = grant.client.provider, grant.claims

    def work() -> tuple[Identity, str] | None:
        identity = accounts.sign_in_or_up(provider, claims, login.invitation_id)
        return (identity, sessions.start(identity, claims.sid)) if identity else None

    result = transaction(work)
    if result is None:
        return same_address.hold(provider, claims, login.next_url)
    identity, key = result
    sessions.set_cookie(key, provider.name)
    if login.held:
        same_address.link_held(identity.user_id, login.held)
    return redirect(login.next_url, code=303)


def finish_link(grant: Grant, login: PendingLogin) -> Response:
    """Connect this identity to the account that started the login."""
    provider, claims, user_id = grant.client.provider, grant.claims, login.user_id or 0

    def work() -> bool:
        require_open_session(login)
        return accounts.link(user_id, provider, claims)

    already = "" if transaction(work) else " already"
    flash(f"{provider.label} is{already} connected to your account.", "success")
    if set(accounts.with_verified_email(claims)) - {user_id}:
        flash(
            "Another account here uses the same e-mail address. The accounts stay separate.", "info"
        )
    return redirect(login.next_url, code=303)


def finish_reauthentication(grant: Grant, login: PendingLogin) -> Response:
    """Start a fresh session: the person has signed in again with an identity of the account."""
    claims = grant.claims

    def work() -> str:
        old = require_open_session(login)
        identity = accounts.reauthenticate(login.user_id or 0, grant.client.provider, claims)
        return renew(old, identity, claims.sid)

    sessions.set_cookie(transaction(work), grant.client.provider.name)
    return redirect(login.next_url, code=303)


# The purposes of logins that no session has started.
WITHOUT_SESSION = {"login"}
# How a login ends, by its purpose.
FINISH = {
    "login": finish_sign_in,
    "link": finish_link,
    "reauthenticate": finish_reauthentication,
}


@bp.post("/callback/<provider>")
@csrf_exempt
def posted_callback(provider: str) -> Response:
    """Take the response of a form_post provider, and redirect to `callback` with it.

    The browser sends this POST from the provider's site, so it carries neither our SameSite=Lax
    cookie nor a CSRF token; the GET that follows has the cookie.
    Spec: OAuth 2.0 Form Post Response Mode §2.
    """
    client = client_or_404(provider)
    if not client.provider.form_post:
        raise InvalidCallback("the response came as a POST", reason="response_mode")
    response = authorization_response(client.provider, request.form.items(multi=True))
    mark_posted(client, response, request.form.get("user", ""))
    return redirect(f"{request.path}?{urlencode(response)}", code=303)
