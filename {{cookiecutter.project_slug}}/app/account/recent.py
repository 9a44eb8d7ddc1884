"""Recent sign-in: asked for before a step that somebody at an open browser must not take."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..auth import routes
from ..auth.buttons import buttons
from ..auth.next_url import safe_next
from ..db import now
from .blueprint import bp, current, for_this_session, my_identities

RECENT = timedelta(minutes=10)
PROVIDER_RECENT_SECONDS = 300

P = ParamSpec("P")


def recent_sign_in_required(
    view: Callable[P, Response],
) -> Callable[P, Response]:
    """Send who signed in more than ten minutes ago to the page that asks for it again."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        if current().authenticated_at < now() - RECENT:
            wanted = request.path if request.method == "GET" else request.form.get("back", "")
            wanted = safe_next([wanted or url_for("account.connections")])
            return redirect(url_for("account.confirm", next=wanted), code=303)
        return view(*args, **kwargs)

    return guarded


@bp.get("/reauthenticate")
def confirm() -> str:
    """Ask for a sign-in, with a provider of this account, before something that matters."""
    used = {identity.provider for identity in my_identities()}
    return render_template(
        "account/confirm.html",
        buttons=[button for button in buttons(used) if button["configured"]],
        next=safe_next(request.args.getlist("next")),
    )


@bp.post("/reauthenticate/<provider>")
def reauthenticate(provider: str) -> Response:
    """Start proving who it is."""
    client = routes.client_or_404(provider)
    wanted = safe_next(request.form.getlist("next"))
    what_for = {"purpose": "reauthenticate", "next_url": wanted, **for_this_session()}
    return routes.begin(client, max_age=PROVIDER_RECENT_SECONDS, **what_for)
