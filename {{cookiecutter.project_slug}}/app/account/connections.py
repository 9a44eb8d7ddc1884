"""The sign-ins of an account: see, connect, disconnect.  The rules are `auth.identities`'."""

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ..auth import audit, auth, identities, routes
from ..auth.buttons import buttons, mark_file
from ..db import transaction
from ..models import Identity
from .blueprint import bp, current, for_this_session, my_identities
from .recent import recent_sign_in_required

LAST = "This is the only way to sign in to your account. Connect another one first."


@bp.get("/connections")
def connections() -> str:
    """Show the identities that sign in to this account, and the providers that could."""
    mine = my_identities()
    used = {identity.provider for identity in mine}
    clients = auth().settings.clients
    labels = {identity.id: auth().settings.label(identity.provider) for identity in mine}
    usable = {identity.id for identity in mine if identities.works(identity, clients)}
    return render_template(
        "account/connections.html",
        identities=mine,
        labels=labels,
        marks={identity.id: mark_file(identity.provider) for identity in mine},
        usable=usable,
        removable=len(usable) > 1,
        buttons=[button for button in buttons(clients) if button["name"] not in used],
    )


@bp.post("/connections/<provider>")
def link(provider: str) -> Response:
    """Start connecting another sign-in: the same journey, for another purpose.

    Who has none left that works cannot prove anything, and must not lose the account for that.
    """
    clients = auth().settings.clients
    stuck = not any(identities.works(one, clients) for one in my_identities())
    return _link(provider) if stuck else recent_sign_in_required(_link)(provider)


def _link(provider: str) -> Response:
    client = routes.client_or_404(provider)
    back = url_for("account.connections")
    return routes.begin(client, purpose="link", next_url=back, **for_this_session())


@bp.post("/connections/<int:identity_id>/unlink")
@recent_sign_in_required
def unlink(identity_id: int) -> Response:
    """Disconnect a sign-in, unless it is the last that works."""
    this = current()
    user_id, clients = this.user_id, auth().settings.clients

    def work() -> Identity:
        gone = identities.unlink(user_id, identity_id, clients, keep=this)
        audit.record("unlink", user_id=user_id, provider=gone.provider)
        return gone

    try:
        gone = transaction(work)
        flash(f"{auth().settings.label(gone.provider)} is disconnected.", "success")
    except identities.IdentityError as error:
        if error.reason == "no_such_identity":
            abort(404)
        flash(LAST, "error")
    return redirect(url_for("account.connections"), code=303)
