"""Which account an identity is: the linking policy.  The one module of `auth` that knows `User`s.

An identity is found by (provider, sub) alone.  An e-mail address is never a key, and accounts are
never merged by it unless the owner says so (`LINK_BY_EMAIL`).  All functions change rows in the
transaction under way and do not commit; all raise IdentityError where the account's side refuses.
"""

from collections.abc import Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from ..db import db, now
from ..models import Identity, LoginSession, User
from ..oauth.provider import Claims, Client


class IdentityError(Exception):
    """A sign-in or a change that is refused.  `reason` is the code of its page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def find(client: Client, claims: Claims) -> Identity | None:
    """Return the identity, with its user.  It must be the server's that it was made with."""
    identity = db.session.scalar(
        select(Identity)
        .options(joinedload(Identity.user, innerjoin=True))
        .where(Identity.provider == client.provider.name, Identity.sub == claims.sub)
    )
    if identity is not None and identity.issuer != client.provider.authority:
        raise IdentityError("provider_moved")
    return identity


def sign_in(identity: Identity, claims: Claims, sync: str, *, admin: bool) -> None:
    """Note that an account was signed in to, and what the provider says of the person now."""
    if not identity.user.is_active:
        raise IdentityError("account_disabled")
    _refresh(identity, claims)
    _complete(identity.user, claims, sync)
    identity.user.is_admin = identity.user.is_admin or admin


def sign_up(client: Client, claims: Claims, *, admin: bool) -> Identity:
    """Make an account for a new identity."""
    user = User(is_admin=admin)
    _complete(user, claims, "empty")
    db.session.add(user)
    return _add(user, client, claims)


def link(user_id: int, client: Client, claims: Claims) -> Identity:
    """Add an identity to an account, where it may be already."""
    identity = find(client, claims)
    if identity is None:
        return _add(_locked(user_id), client, claims)
    if identity.user_id != user_id:
        raise IdentityError("identity_taken")
    _refresh(identity, claims)
    return identity


def same_person(user_id: int, client: Client, claims: Claims) -> Identity:
    """Return the identity if it is that user's own: signing in again proves nothing otherwise."""
    identity = find(client, claims)
    if identity is None or identity.user_id != user_id:
        raise IdentityError("other_account")
    _refresh(identity, claims)
    return identity


def unlink(
    user_id: int, identity_id: int, clients: Mapping[str, Client], keep: LoginSession
) -> Identity:
    """Take an identity off an account; the sessions made with it end, but for `keep`.

    Refused where no other identity is left that works at one of `clients`, what is set up.
    The user's row is written first, so that two requests cannot each leave the other's as the last.
    """
    user = _locked(user_id)
    identities = db.session.scalars(select(Identity).where(Identity.user_id == user.id)).all()
    identity = next((one for one in identities if one.id == identity_id), None)
    if identity is None:
        raise IdentityError("no_such_identity")
    if not any(works(one, clients) for one in identities if one is not identity):
        raise IdentityError("last_identity")
    mine = LoginSession.id == keep.id, LoginSession.identity_id == identity.id
    db.session.execute(update(LoginSession).where(*mine).values(identity_id=None))
    db.session.execute(delete(Identity).where(Identity.id == identity.id))
    return identity


def works(identity: Identity, clients: Mapping[str, Client]) -> bool:
    """Can this identity sign in: is its provider set up, and still the server it was made with?"""
    client = clients.get(identity.provider)
    return client is not None and client.provider.authority == identity.issuer


def same_address(claims: Claims) -> dict[int, list[str]]:
    """Return the users who have this address, and the providers that each signs in with.

    Empty unless the address is verified on both sides; disabled users do not count.
    """
    if not (claims.email and claims.email_verified):
        return {}
    theirs = (
        select(Identity.user_id)
        .join(User)
        .where(Identity.email == claims.email, Identity.email_verified, User.disabled_at.is_(None))
    )
    found: dict[int, list[str]] = {}
    used = select(Identity.user_id, Identity.provider).where(Identity.user_id.in_(theirs))
    for user_id, provider in db.session.execute(used.order_by(Identity.id)):
        found.setdefault(user_id, []).append(provider)
    return found


def _locked(user_id: int) -> User:
    """Return a user whose row nobody else changes until this transaction ends."""
    db.session.execute(
        update(User).where(User.id == user_id).values(created_at=User.created_at),
        execution_options={"synchronize_session": False},
    )
    return db.session.get_one(User, user_id)


def _add(user: User, client: Client, claims: Claims) -> Identity:
    name, issuer = client.provider.name, client.provider.authority
    identity = Identity(user=user, provider=name, sub=claims.sub, issuer=issuer)
    _refresh(identity, claims)
    db.session.add(identity)
    db.session.flush()
    return identity


def _refresh(identity: Identity, claims: Claims) -> None:
    """Keep what the provider says of the person, for show."""
    for name in ("name", "preferred_username", "email", "email_verified", "picture"):
        setattr(identity, name, getattr(claims, name))
    identity.last_used_at = now()


def _complete(user: User, claims: Claims, sync: str) -> None:
    """Bring the profile up to date as the owner wants it; what the user edited stays."""
    name = claims.name or claims.preferred_username
    if not user.name_edited and (sync == "always" or (sync == "empty" and user.name is None)):
        user.name = name
    if not user.picture_edited and (sync == "always" or (sync == "empty" and user.picture is None)):
        user.picture = claims.picture
    replaces = sync == "always" and claims.email_verified
    if replaces or (sync != "never" and user.email is None):
        user.email, user.email_verified = claims.email, claims.email_verified
