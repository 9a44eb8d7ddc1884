"""Require a recent sign-in before sensitive steps."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..auth import client_or_404, safe_next
from ..auth.buttons import buttons
from ..auth.limits import count_starts
from ..auth.pending import start_login
from ..database import now
from ..models import PendingLogin
from .blueprint import bp, current, my_identities

RECENT = timedelta(minutes=10)
PROVIDER_RECENT_SECONDS = 300

P = ParamSpec("P")


def recent_sign_in_required(view: Callable[P, Response | str]) -> Callable[P, Response | str]:
    """Ask people who signed in more than ten minutes ago to sign in again.

    A view with a form asks before it shows the form, so that nobody fills it in twice.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response | str:
        return view(*args, **kwargs) if is_recent() else ask_again()

    return guarded


def is_recent() -> bool:
    """Return whether this browser's user signed in during the last ten minutes."""
    return current().authenticated_at >= now() - RECENT


def ask_again() -> Response:
    """Redirect to the page that asks for a new sign-in.

    The person returns to this page afterwards, or to the connections if it has no GET.
    """
    rule = request.url_rule
    has_page = rule is not None and "GET" in (rule.methods or ())
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    back = here if has_page else url_for("signin_account.connections")
    return redirect(url_for("signin_account.confirm", next=back), code=303)


@bp.get("/reauthenticate")
def confirm() -> str:
    """Ask for a sign-in with a provider of this account."""
    identities = my_identities()
    used = {identity.provider for identity in identities}
    return render_template(
        "signin/account/confirm.html",
        identities=identities,
        has_password=current().user.has_password,
        buttons=[button for button in buttons(used) if button["configured"]],
        next=safe_next(request.args.getlist("next")),
    )


@bp.post("/reauthenticate/<provider>")
@count_starts
def reauthenticate(provider: str) -> Response:
    """Start a re-authentication."""
    login = PendingLogin(
        purpose="reauthenticate",
        next_url=safe_next(request.form.getlist("next")),
        user_id=current().user_id,
        session_id=current().id,
    )
    return start_login(client_or_404(provider), login, max_age=PROVIDER_RECENT_SECONDS)
