"""Which account an identity is: the linking policy.  The one module of `auth` that knows `User`s.

An identity is found by (provider, sub) alone.  An e-mail address is never a key.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..db import db, now
from ..models import Identity, User
from ..oauth.provider import Claims, Client


class IdentityError(Exception):
    """A sign-in that the account's side refuses.  `reason` is the code of its page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class SignIn:
    """Who signed in, with which identity, and whether for the first time."""

    user: User
    identity: Identity
    first: bool


def sign_in(client: Client, claims: Claims) -> SignIn:
    """Return the account of an identity, made now if the identity is new.

    Changes rows in the transaction under way and does not commit.  Raises IdentityError when the
    account is disabled, or when the provider's name stands for another server than it used to.
    """
    identity = db.session.scalar(
        select(Identity)
        .options(joinedload(Identity.user, innerjoin=True))
        .where(Identity.provider == client.provider.name, Identity.sub == claims.sub)
    )
    if identity is None:
        return _sign_up(client, claims)
    if identity.issuer != client.provider.authority:
        raise IdentityError("provider_moved")
    if not identity.user.is_active:
        raise IdentityError("account_disabled")
    _refresh(identity, claims)
    _complete(identity.user, claims)
    return SignIn(identity.user, identity, first=False)


def _sign_up(client: Client, claims: Claims) -> SignIn:
    user = User()
    identity = Identity(
        user=user,
        provider=client.provider.name,
        sub=claims.sub,
        issuer=client.provider.authority,
    )
    _refresh(identity, claims)
    _complete(user, claims)
    db.session.add(identity)
    db.session.flush()
    return SignIn(user, identity, first=True)


def _refresh(identity: Identity, claims: Claims) -> None:
    """Keep what the provider says of the person, for show."""
    identity.name = claims.name
    identity.preferred_username = claims.preferred_username
    identity.email = claims.email
    identity.email_verified = claims.email_verified
    identity.picture = claims.picture
    identity.last_used_at = now()


def _complete(user: User, claims: Claims) -> None:
    """Fill in what the account lacks; what is there stays."""
    if user.name is None and not user.name_edited:
        user.name = claims.name or claims.preferred_username
    if user.picture is None and not user.picture_edited:
        user.picture = claims.picture
    if user.email is None:
        user.email, user.email_verified = claims.email, claims.email_verified
