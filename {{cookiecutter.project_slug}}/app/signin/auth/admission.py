"""Check the owner's rules on who may sign in or sign up."""

from sqlalchemy import update

from ..config import Settings
from ..database import now
from ..host import db
from ..models import Invitation
from ..oauth.provider import Claims, Grant, Provider
from . import invitations, settings
from .errors import IdentityError


def admit(grant: Grant) -> None:
    """Check the allowed e-mail domains and organizations.

    Only a verified address counts.  Raises IdentityError, or the OAuthError that kept the address
    from being read.
    """
    claims, client = grant.claims, grant.client
    domains = settings().allowed_email_domains
    domain = (claims.email or "").rpartition("@")[2]
    if domains and not (claims.email_verified and domain in domains):
        raise _outside(client.provider, claims)
    member_of = {name.casefold() for name in claims.member_of if isinstance(name, str)}
    for setting in client.provider.settings:
        if setting.allow_list and setting.ending in client.settings:
            names = client.settings[setting.ending].split(",")
            if not member_of & {name.strip().casefold() for name in names if name.strip()}:
                name = client.provider.setting(setting.ending)
                raise IdentityError("not_allowed", f"not a member of one of {name}")


def _outside(provider: Provider, claims: Claims) -> Exception:
    """Return why ALLOWED_EMAIL_DOMAINS refuses a person."""
    if claims.email is None:
        without = IdentityError(
            "not_allowed", "the provider sent no address: ALLOWED_EMAIL_DOMAINS needs one"
        )
        return claims.unread or without
    if claims.email_verified:
        return IdentityError(
            "not_allowed", "the address is of another domain than ALLOWED_EMAIL_DOMAINS"
        )
    name = provider.setting("EMAIL_VERIFIED")
    return IdentityError(
        "not_allowed", f"the address is not verified, as far as the provider says: see {name}"
    )


def admit_new(config: Settings, claims: Claims, invitation_id: int | None) -> None:
    """Check the settings SIGNUP and REQUIRE_EMAIL.  Raises as `admit` does."""
    if config.require_email != "no" and claims.email is None:
        raise claims.unread or IdentityError("email_required")
    if config.require_email == "verified" and not claims.email_verified:
        raise IdentityError("email_required")
    if config.signup == "closed":
        raise IdentityError("signup_closed")
    if config.signup == "invite" and invitation_id is None:
        raise IdentityError("invitation_required")


def use_invitation(invitation_id: int | None, user_id: int) -> None:
    """Mark an invitation as used, in the transaction that creates the account.

    It is one statement, so only one of two sign-ups can use it.  Raises IdentityError.
    """
    used = db.session.scalar(
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now(),
        )
        .values(used_at=now(), used_by_id=user_id)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        invitation = db.session.get(Invitation, invitation_id, populate_existing=True)
        raise IdentityError(f"invitation_{invitations.state(invitation)}")
