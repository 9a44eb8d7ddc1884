"""Find, create and link accounts.  Only this module of `auth` changes users.

An identity is found by (provider, sub) alone.  An e-mail address is never a key, and accounts are
never merged by it unless LINK_BY_EMAIL is `verified`.  All functions work in the current
transaction, record what they did as an audit event, and do not commit.  They raise IdentityError if
an account rule forbids the action.
"""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from ..config import PRACTICE
from ..database import delete_rows, now
from ..host import adapt_user, db
from ..models import Identity, LoginSession
from ..oauth.claims import SHOWN, completed
from ..oauth.provider import Claims, Provider
from ..user import SignInUser
from . import admission, audit, settings, signin
from .errors import IdentityError


def user_class() -> type[SignInUser]:
    """Return the app's user class: the one that `Identity.user` refers to."""
    found: type[SignInUser] = Identity.user.property.mapper.class_
    return found


def find(provider: Provider, claims: Claims) -> Identity | None:
    """Return the identity, with its user, if there is one.

    Raises IdentityError if it was created with a different issuer.
    """
    identity = db.session.scalar(
        select(Identity)
        .options(joinedload(Identity.user, innerjoin=True))
        .where(Identity.provider == provider.name, Identity.sub == claims.sub)
    )
    if identity is not None and not knows(provider, identity.issuer):
        raise IdentityError("provider_moved")
    return identity


def sign_in_or_up(provider: Provider, claims: Claims, invitation_id: int | None) -> Identity | None:
    """Return the existing identity, or create one with a new account.

    Return None if another account has the same verified address.  The person must then sign in to
    that account first, or ask for a separate one.  So it is, too, with LINK_BY_EMAIL if the account
    has an identity of this provider already: the address may have been given to somebody else.
    """
    identity = find(provider, claims)
    if identity is not None:
        return sign_in(identity, provider, claims)
    same_address = with_verified_email(claims)
    if not same_address:
        return sign_up(provider, claims, invitation_id)
    if len(same_address) == 1 and settings().link_by_email == "verified":
        [(user_id, names)] = same_address.items()
        if provider.name not in names:
            link(user_id, provider, claims)
    # Look again: `link` has just added it, or the person signed up in another tab.
    identity = find(provider, claims)
    return sign_in(identity, provider, claims) if identity else None


def sign_in(identity: Identity, provider: Provider, claims: Claims) -> Identity:
    """Record a sign-in: refresh identity and profile.

    Raises IdentityError if the account is disabled.
    """
    user, config, claims = identity.user, settings(), completed(claims, identity)
    if not user.may_sign_in:
        raise IdentityError("account_disabled")
    may_follow = user.picture_edited or config.profile_sync != "never"
    if may_follow and user.picture and user.picture == identity.picture:
        # The profile uses this identity's picture: take its new URL.  A picture that the person
        # chose follows too, whatever PROFILE_SYNC says.
        user.picture = claims.picture
    _refresh(identity, provider, claims)
    _complete_profile(user, claims, config.profile_sync)
    user.is_admin = user.is_admin or f"{provider.name}:{claims.sub}" in config.admins
    audit.record("sign_in", user_id=identity.user_id, provider=provider.name)
    return identity


def sign_up(provider: Provider, claims: Claims, invitation_id: int | None) -> Identity:
    """Create an account for a new identity.

    Raises IdentityError if the settings do not allow this sign-up.
    """
    app_state = signin()
    admission.admit_new(app_state.settings, claims, invitation_id)
    user = user_class()()
    user.is_admin = f"{provider.name}:{claims.sub}" in app_state.settings.admins
    _complete_profile(user, claims, "empty")
    db.session.add(user)
    identity = _add(user, provider, claims)
    if app_state.settings.signup == "invite":
        admission.use_invitation(invitation_id, identity.user_id)
    if app_state.on_first_sign_in is not None:
        app_state.on_first_sign_in(user)
    audit.record("sign_up", user_id=identity.user_id, provider=provider.name)
    return identity


def link(user_id: int, provider: Provider, claims: Claims) -> bool:
    """Connect an identity to an account.  Return True if it was not connected before."""
    identity = find(provider, claims)
    if identity is not None and identity.user_id != user_id:
        raise IdentityError("identity_taken")
    if identity is not None:
        _refresh(identity, provider, completed(claims, identity))
        return False
    _add(locked(user_id), provider, claims)
    audit.record("link", user_id=user_id, provider=provider.name)
    return True


def reauthenticate(user_id: int, provider: Provider, claims: Claims) -> Identity:
    """Return the identity.  Raises IdentityError if it is not this user's."""
    identity = find(provider, claims)
    if identity is None or identity.user_id != user_id:
        raise IdentityError("other_account")
    _refresh(identity, provider, completed(claims, identity))
    audit.record("reauthenticate", user_id=user_id, provider=provider.name)
    return identity


def unlink(user_id: int, identity_id: int, *, except_session: int) -> str:
    """Disconnect an identity and end the sessions made with it, except one.  Return its provider.

    Raises IdentityError if no way to sign in would remain.  The user's row is locked, so two
    requests cannot remove the last two.
    """
    user = locked(user_id)
    identities = db.session.scalars(select(Identity).where(Identity.user_id == user_id)).all()
    identity = next((one for one in identities if one.id == identity_id), None)
    if identity is None:
        raise IdentityError("no_such_identity")
    others = any(can_sign_in(one) for one in identities if one is not identity)
    if not (others or user.has_password):
        raise IdentityError("last_identity")
    made_with_it = LoginSession.identity_id == identity.id
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.id == except_session, made_with_it)
        .values(identity_id=None)
    )
    delete_rows(LoginSession, made_with_it)
    db.session.execute(delete(Identity).where(Identity.id == identity.id))
    audit.record("unlink", user_id=user_id, provider=identity.provider)
    return identity.provider


def can_sign_in(identity: Identity) -> bool:
    """Return whether this identity can still be used to sign in."""
    client = settings().clients.get(identity.provider)
    return client is not None and knows(client.provider, identity.issuer)


def with_verified_email(claims: Claims) -> dict[int, list[str]]:
    """Return {user id: [provider names]} of active users with this verified address.

    The result is empty if the address in `claims` is not verified.  In production, an address that
    the practice provider verified does not count.
    """
    if not (claims.email and claims.email_verified):
        return {}
    counts = ~Identity.provider.startswith(PRACTICE) | settings().development
    same = Identity.email == claims.email, Identity.email_verified, counts
    user_ids = select(Identity.user_id).where(*same, Identity.user.has(disabled_at=None))
    rows = select(Identity.user_id, Identity.provider).where(Identity.user_id.in_(user_ids))
    users: dict[int, list[str]] = {}
    for user_id, provider in db.session.execute(rows.order_by(Identity.id)):
        users.setdefault(user_id, []).append(provider)
    return users


def locked(user_id: int) -> SignInUser:
    """Return a user and lock the row until this transaction ends."""
    user = user_class()
    # A no-op UPDATE locks the row on SQLite and PostgreSQL alike.
    db.session.execute(
        update(user)
        .where(user.id == user_id)
        .values(created_at=user.created_at)
        .execution_options(synchronize_session=False)
    )
    return db.session.get_one(user, user_id)


def knows(provider: Provider, issuer: str) -> bool:
    """Return whether a stored issuer is the provider's, or was before."""
    return issuer in (issuer_of(provider), *provider.former_issuers)


def issuer_of(provider: Provider) -> str:
    """Return the issuer to store with an identity of a provider."""
    return provider.identity_issuer or provider.issuer


def _add(user: SignInUser, provider: Provider, claims: Claims) -> Identity:
    identity = Identity(user=user, provider=provider.name, sub=claims.sub)
    _refresh(identity, provider, claims)
    db.session.add(identity)
    db.session.flush()
    return identity


def _refresh(identity: Identity, provider: Provider, claims: Claims) -> None:
    """Store what the provider says about the person, for display."""
    identity.issuer = issuer_of(provider)
    for name in SHOWN:
        setattr(identity, name, getattr(claims, name))
    identity.last_used_at = now()


def _complete_profile(user: SignInUser, claims: Claims, sync: str) -> None:
    """Update the profile as PROFILE_SYNC says.  Values that the person edited stay."""
    always, fill = sync == "always", sync != "never"
    if not user.name_edited and (always or (fill and user.name is None)):
        user.name = claims.name or claims.preferred_username
    if not user.picture_edited and (always or (fill and user.picture is None)):
        user.picture = claims.picture
    follows = claims.email_verified and (always or user.email == claims.email)
    if fill and claims.email is not None and (user.email is None or follows):
        user.email, user.email_verified = claims.email, claims.email_verified
    if adapt_user is not None:
        adapt_user(user, claims)
