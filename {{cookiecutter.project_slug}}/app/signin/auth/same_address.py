"""Handle a new identity whose verified address already belongs to an account.

The identity is held in a row bound to this browser until the person signs in to that account (then
it is connected) or asks for a separate account.  Nothing is connected before that.
"""

import json
import logging
import secrets
from dataclasses import asdict, replace

from flask import flash, redirect, render_template, session, url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..database import hash_of, now, transaction
from ..host import db
from ..models import PendingLogin
from ..oauth.provider import Claims, Provider
from . import accounts, audit, bp, client_or_404, invitations, pending, sessions, settings
from .buttons import buttons
from .errors import IdentityError

HOLD_SECONDS = 600
NOT_LINKED = {
    "other_email": " because this account has a different e-mail address",
    "identity_taken": ": it is already connected to another account",
}

log = logging.getLogger(__name__)


def hold(provider: Provider, claims: Claims, next_url: str) -> Response:
    """Hold an identity for ten minutes, replacing an earlier one.  Redirect to its page.

    The address may have come from this very provider, which has given the person a new `sub`.  Only
    the owner can tell whether it is the same person, so the log says it.
    """
    for user_id, names in accounts.with_verified_email(claims).items():
        if provider.name in names:
            detail = f"the verified address of user {user_id} comes with a new sub"
            audit.log_only("held", provider=provider.name, reason="new_sub", detail=detail)
    pending.take(PendingLogin.purpose == "hold")
    identity = json.dumps(asdict(replace(claims, unread=None)))
    row = PendingLogin(purpose="hold", provider=provider.name, next_url=next_url, identity=identity)
    pending.remember(row, secrets.token_urlsafe(32), HOLD_SECONDS)
    return redirect(url_for("signin.same_address"), code=303)


@bp.get("/login/same-address")
def same_address() -> str | Response:
    """Tell the person that their address already belongs to an account, and show the choices."""
    row = db.session.scalar(select(PendingLogin).where(*_held()))
    if row is None:
        return redirect(url_for("signin.login"), code=303)
    claims = _claims(row)
    known = {name for names in accounts.with_verified_email(claims).values() for name in names}
    signup = settings().signup
    # The provider that the person comes from would send the same new identity again.
    others = buttons(known - {row.provider})
    return render_template(
        "signin/same_address.html",
        new=settings().label(row.provider),
        email=claims.email,
        buttons=[button for button in others if button["configured"]],
        same_provider=row.provider in known,
        next=row.next_url,
        may_sign_up=signup == "open" or (signup == "invite" and invitations.in_session()),
    )


def held_by_this_browser() -> str | None:
    """Return the key of the row with the held identity, for the login that confirms it."""
    return db.session.scalar(select(PendingLogin.state_hash).where(*_held()))


def link_held(user_id: int, held: str) -> None:
    """Connect the held identity, if the account has its address.

    The sign-in already succeeded, so failures are only flashed.
    """
    row = pending.take(PendingLogin.state_hash == held, *_held())
    client = settings().clients.get(row.provider) if row else None
    if row is None or client is None:
        return
    provider, claims = client.provider, _claims(row)

    def work() -> None:
        if user_id not in accounts.with_verified_email(claims):
            raise IdentityError("other_email")
        accounts.link(user_id, provider, claims)

    label = provider.label
    try:
        transaction(work)
    except IdentityError as error:
        audit.log_only("refused", provider=provider.name, reason=error.reason)
        flash(f"{label} was not connected{NOT_LINKED.get(error.reason, '')}.", "info")
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("the held identity could not be connected")
        flash(f"{label} was not connected. Connect it on the Sign-ins page.", "info")
    else:
        flash(f"{label} is now connected to your account.", "info")


@bp.post("/login/same-address")
def separate_account() -> Response:
    """Create a separate account for the held identity."""
    row = pending.take(*_held())
    if row is None:
        audit.log_only("refused", reason="hold_expired")
        flash("This page has expired. Please sign in again.", "info")
        return redirect(url_for("signin.login"), code=303)
    provider, claims = client_or_404(row.provider).provider, _claims(row)

    def work() -> str:
        known = accounts.find(provider, claims)
        if known is None:
            identity = accounts.sign_up(provider, claims, invitations.in_session())
        else:
            identity = accounts.sign_in(known, provider, claims)
        return sessions.start(identity, claims.sid)

    sessions.set_cookie(transaction(work), provider.name)
    return redirect(row.next_url, code=303)


def _claims(row: PendingLogin) -> Claims:
    claims = json.loads(row.identity or "")
    return Claims(**claims | {"member_of": ()})


def _held() -> tuple[ColumnElement[bool], ...]:
    this_browser = PendingLogin.browser_hash == hash_of(session.get("browser", ""))
    return this_browser, PendingLogin.purpose == "hold", PendingLogin.expires_at > now()
