"""What happens when somebody comes back from a provider: a sign-in, a link, or a proof."""

from flask import flash, redirect, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..db import db, transaction
from ..models import Identity, PendingLogin
from ..oauth.errors import InvalidCallback
from ..oauth.provider import Claims, Client
from . import audit, auth, identities, policy, sessions, waiting
from .buttons import LAST_USED

LAST_USED_SECONDS = 365 * 24 * 3600


def check_session(row: PendingLogin) -> None:
    """Refuse a link or a proof that another session than the one that began it would finish.

    The database is let go again: the provider is asked next.  Raises InvalidCallback.
    """
    if row.purpose == "login":
        return
    current = sessions.current()
    db.session.commit()
    if current is None or (current.id, current.user_id) != (row.session_id, row.user_id):
        raise InvalidCallback("it was begun in another session", reason="other_session")


def _check_again(row: PendingLogin) -> None:
    """Refuse what was signed out or switched off while the provider was being asked."""
    if not sessions.is_open(row.session_id):
        raise InvalidCallback("its session has ended meanwhile", reason="other_session")


def sign_in(client: Client, claims: Claims, row: PendingLogin) -> Response:
    """Sign in to the account of an identity, which is made now if the identity is new."""
    logout_url = auth().flow.logout_url(client)

    def work() -> tuple[Identity, str] | None:
        identity = known(client, claims) or _new(client, claims, row)
        # The same address may be this very person's, who came in by another window meanwhile.
        identity = identity or known(client, claims)
        return (identity, sessions.open_session(identity, claims, logout_url)) if identity else None

    done = transaction(work)
    if done is None:
        waiting.keep(client, claims, row.next_url)
        return redirect(url_for("auth.same_address"), code=303)
    identity, key = done
    linked = _link_waiting(identity, row.waiting) if row.waiting else None
    return signed_in(identity, key, row.next_url, linked)


def signed_in(identity: Identity, key: str, next_url: str, message: str | None = None) -> Response:
    """Give the browser its session's cookie and send it where it wanted to go."""
    sessions.log_in(identity.user, key)
    if message:
        flash(message, "info")
    answer = redirect(next_url, code=303)
    answer.set_cookie(
        LAST_USED,
        identity.provider,
        max_age=LAST_USED_SECONDS,
        secure=auth().settings.https,
        httponly=True,
        samesite="Lax",
        path=url_for("auth.login"),
    )
    return answer


def known(client: Client, claims: Claims) -> Identity | None:
    """Sign in with an identity that has an account, in the transaction under way."""
    settings = auth().settings
    identity = identities.find(client, claims)
    if identity is not None:
        admin = policy.is_admin(settings, client, claims)
        identities.sign_in(identity, claims, settings.profile_sync, admin=admin)
        audit.record("sign_in", user_id=identity.user_id, provider=client.provider.name)
    return identity


def _new(client: Client, claims: Claims, row: PendingLogin) -> Identity | None:
    """Return a new identity, of a new account or a linked one; None if somebody must sign in first.

    The same verified address elsewhere stops the sign-in: see `waiting`.
    """
    same = identities.same_address(claims)
    if len(same) == 1 and auth().settings.link_by_email == "verified":
        identity = identities.link(next(iter(same)), client, claims)
        audit.record("link", user_id=identity.user_id, provider=client.provider.name)
        return identity
    return None if same else sign_up(client, claims, row.invitation_id)


def sign_up(client: Client, claims: Claims, invitation_id: int | None) -> Identity:
    """Make an account in the transaction under way, where the owner lets new people in."""
    settings = auth().settings
    policy.admit_new(settings, claims, invitation_id)
    admin = policy.is_admin(settings, client, claims)
    identity = identities.sign_up(client, claims, admin=admin)
    if settings.signup == "invite" and invitation_id is not None:
        policy.use_invitation(invitation_id, identity.user_id)
    auth().on_first_sign_in(identity.user)
    audit.record("sign_up", user_id=identity.user_id, provider=client.provider.name)
    return identity


def link(client: Client, claims: Claims, row: PendingLogin) -> Response:
    """Add the identity to the account that asked for it."""
    label, user_id = client.provider.label, row.user_id or 0

    def work() -> bool:
        _check_again(row)
        known = identities.find(client, claims)
        identities.link(user_id, client, claims)
        if known is None:
            audit.record("link", user_id=user_id, provider=client.provider.name)
        return known is None

    also = "" if transaction(work) else " already"
    flash(f"{label} is{also} connected to your account.", "success")
    if set(identities.same_address(claims)) - {user_id}:
        flash("Another account here has the same e-mail address. It stays separate.", "info")
    return redirect(row.next_url, code=303)


def _link_waiting(identity: Identity, kept: str) -> str | None:
    """Link the identity that waited for this sign-in, if this account has its address."""
    provider, claims = waiting.read(kept)
    client = auth().settings.clients.get(provider)
    user_id = identity.user_id
    if client is None:
        return None

    def work() -> bool:
        if user_id not in identities.same_address(claims):
            return False
        identities.link(user_id, client, claims)
        audit.record("link", user_id=user_id, provider=provider)
        return True

    label = client.provider.label
    try:
        if waiting.take() is None:
            return None
        if transaction(work):
            return f"{label} is now connected to your account."
    except identities.IdentityError:
        return f"{label} was not connected: it belongs to another account by now."
    except SQLAlchemyError:
        # The sign-in itself is done, so its session must reach the browser.
        db.session.rollback()
        return f"{label} was not connected. Connect it on your account's page."
    return f"{label} was not connected: this account has another e-mail address."


def reauthenticate(client: Client, claims: Claims, row: PendingLogin) -> Response:
    """Take a sign-in with an identity of the same user as proof; the session gets a new key."""
    logout_url = auth().flow.logout_url(client)

    def work() -> tuple[Identity, str]:
        _check_again(row)
        identity = identities.same_person(row.user_id or 0, client, claims)
        audit.record("reauthenticate", user_id=identity.user_id, provider=identity.provider)
        return identity, sessions.open_session(identity, claims, logout_url)

    identity, key = transaction(work)
    sessions.log_in(identity.user, key)
    return redirect(row.next_url, code=303)
