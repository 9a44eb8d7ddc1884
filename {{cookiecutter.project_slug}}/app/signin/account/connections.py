"""Show, connect and disconnect the identities of an account.  See `auth.accounts` for the rules."""

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ..auth import accounts, audit, client_or_404, settings
from ..auth.buttons import buttons, shown
from ..auth.errors import IdentityError
from ..auth.limits import count_starts
from ..auth.pending import start_login
from ..database import transaction
from ..models import PendingLogin
from .blueprint import bp, current, my_identities
from .recent_sign_in import ask_again, is_recent, recent_sign_in_required

LAST = "This is the only way to sign in to your account. Connect another sign-in first."


@bp.get("/connections")
def connections() -> str:
    """Show the identities of this account, and the providers that can be connected."""
    identities = my_identities()
    used = {identity.provider for identity in identities}
    has_password = current().user.has_password
    offered = sorted(buttons(settings().clients), key=lambda button: button["name"] in used)
    usable = {identity.id for identity in identities if accounts.can_sign_in(identity)}
    return render_template(
        "signin/account/connections.html",
        identities=identities,
        shown={identity.id: shown(identity.provider) for identity in identities},
        usable=usable,
        has_password=has_password,
        removable=has_password or len(usable) > 1,
        # A session that did not begin with one of these has another way in, such as a password.
        only_way_in=current().provider in used,
        buttons=[button | {"again": button["name"] in used} for button in offered],
    )


@bp.post("/connections/<provider>")
@count_starts
def link(provider: str) -> Response:
    """Start a login with purpose `link`.

    If the person has no way to sign in again, no recent sign-in is required.
    """
    client = client_or_404(provider)
    usable = any(map(accounts.can_sign_in, my_identities()))
    if (usable or current().user.has_password) and not is_recent():
        return ask_again()
    login = PendingLogin(
        purpose="link",
        next_url=url_for("signin_account.connections"),
        user_id=current().user_id,
        session_id=current().id,
    )
    return start_login(client, login)


@bp.post("/connections/<int(max=2147483647):identity_id>/unlink")
@recent_sign_in_required
def unlink(identity_id: int) -> Response:
    """Disconnect an identity, unless it is the last one that can sign in."""
    user_id, session_id = current().user_id, current().id

    def work() -> str:
        return accounts.unlink(user_id, identity_id, except_session=session_id)

    try:
        flash(f"{settings().label(transaction(work))} has been disconnected.", "success")
    except IdentityError as error:
        audit.log_only("refused", reason=error.reason)
        if error.reason == "no_such_identity":
            abort(404)
        flash(LAST, "error")
    return redirect(url_for("signin_account.connections"), code=303)
