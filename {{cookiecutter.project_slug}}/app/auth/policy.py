"""Who may come in: the owner's settings, asked at every sign-in, of verified addresses only."""

from sqlalchemy import CursorResult, select, update

from ..config import Settings
from ..db import db, now
from ..models import Invitation
from ..oauth.provider import Claims, Client
from .identities import IdentityError
from .pending import digest


def admit(settings: Settings, client: Client, claims: Claims) -> None:
    """Refuse who is outside the owner's domains or organizations.  Raises IdentityError."""
    domains = settings.allowed_email_domains
    domain = (claims.email or "").rpartition("@")[2]
    if domains and not (claims.email_verified and domain in domains):
        raise IdentityError("not_allowed")
    members_of = client.provider.members_of
    belongs_to = {name.casefold() for name in claims.member_of if isinstance(name, str)}
    if members_of and not belongs_to & set(members_of):
        raise IdentityError("not_allowed")


def admit_new(settings: Settings, claims: Claims, invitation_id: int | None) -> None:
    """Refuse a sign-up that the owner does not want.  Raises IdentityError."""
    if settings.require_email != "no" and claims.email is None:
        raise IdentityError("email_required")
    if settings.require_email == "verified" and not claims.email_verified:
        raise IdentityError("email_required")
    if settings.signup == "closed":
        raise IdentityError("signup_closed")
    if settings.signup == "invite" and invitation_id is None:
        raise IdentityError("invitation_required")


def is_admin(settings: Settings, client: Client, claims: Claims) -> bool:
    """Is this identity one of ADMINS?"""
    return f"{client.provider.name}:{claims.sub}" in settings.admins


def open_invitation(token: str) -> Invitation | None:
    """Return the invitation of a link, unless it was used or has expired."""
    unused = Invitation.used_at.is_(None), Invitation.expires_at > now()
    return db.session.scalar(
        select(Invitation).where(Invitation.token_hash == digest(token), *unused)
    )


def use_invitation(invitation_id: int, user_id: int) -> None:
    """Use up an invitation, in the transaction that makes the account.

    One statement, so of two sign-ups with the same link one gets it.  Raises IdentityError.
    """
    used = db.session.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now(),
        )
        .values(used_at=now(), used_by_id=user_id),
        execution_options={"synchronize_session": False},
    )
    if not isinstance(used, CursorResult) or used.rowcount != 1:
        raise IdentityError("invitation_used")
