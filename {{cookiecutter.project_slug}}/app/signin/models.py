"""The tables of sign-in.  Every app has all of them, whatever its options."""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .database import Moment, now
from .host import USER, USER_ID, Base, UserKey
from .user import EMAIL_LENGTH, NAME_LENGTH, PICTURE_LENGTH, SignInUser

SUB_LENGTH = 255
SID_LENGTH = 255
LIVE_EVENT_LENGTH = 500
KEEP_IDS = {"sqlite_autoincrement": True}


class Identity(Base):
    """A person's account at a provider.

    (provider, sub) is the only key; the rest is for display.  `issuer` is the server that the `sub`
    belongs to: a provider's settings may change to another server.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "sub"), KEEP_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UserKey] = mapped_column(ForeignKey(USER_ID, ondelete="CASCADE"), index=True)
    provider: Mapped[str] = mapped_column(String(64))
    sub: Mapped[str] = mapped_column(String(SUB_LENGTH))
    issuer: Mapped[str] = mapped_column(String(512))
    name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    preferred_username: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH), index=True)
    email_verified: Mapped[bool] = mapped_column(default=False)
    picture: Mapped[str | None] = mapped_column(String(PICTURE_LENGTH))
    created_at: Mapped[Moment] = mapped_column(default=now)
    last_used_at: Mapped[Moment] = mapped_column(default=now)

    user: Mapped[SignInUser] = relationship(USER)


class LoginSession(Base):
    """A browser that is signed in.  Deleting the row signs it out.

    Back-Channel Logout ends sessions by `sub`, which stays when the identity is disconnected, or by
    `sid`, the provider's id of its own session.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (
        Index("ix_login_sessions_sid", "provider", "sid"),
        Index("ix_login_sessions_sub", "provider", "sub"),
        KEEP_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UserKey] = mapped_column(ForeignKey(USER_ID, ondelete="CASCADE"), index=True)
    identity_id: Mapped[int | None] = mapped_column(
        ForeignKey("identities.id", ondelete="CASCADE"), index=True
    )
    provider: Mapped[str] = mapped_column(String(64))
    sub: Mapped[str | None] = mapped_column(String(SUB_LENGTH))
    sid: Mapped[str | None] = mapped_column(String(SID_LENGTH))
    created_at: Mapped[Moment] = mapped_column(default=now)
    authenticated_at: Mapped[Moment] = mapped_column(default=now)
    last_seen_at: Mapped[Moment] = mapped_column(default=now, index=True)
    expires_at: Mapped[Moment] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(255))

    user: Mapped[SignInUser] = relationship(USER)


class PendingLogin(Base):
    """A login that was started and has not returned from the provider yet.

    `server` is reserved: the server of this login, for providers where each person names one.
    `code_hash` and `posted_user` are set when a form_post response has arrived.  A row with purpose
    `hold` has in `identity` the JSON of an identity that must be confirmed by another sign-in; the
    login that confirms it has that row's key in `held`.
    """

    __tablename__ = "pending_logins"
    __table_args__ = (Index("ix_pending_logins_browser", "browser_hash", "created_at"),)

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(64))
    server: Mapped[str | None] = mapped_column(String(255))
    purpose: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[UserKey | None] = mapped_column(
        ForeignKey(USER_ID, ondelete="CASCADE"), index=True
    )
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("login_sessions.id", ondelete="CASCADE"), index=True
    )
    invitation_id: Mapped[int | None] = mapped_column(
        ForeignKey("invitations.id", ondelete="CASCADE"), index=True
    )
    nonce: Mapped[str] = mapped_column(String(64), default="")
    code_verifier: Mapped[str] = mapped_column(String(128), default="")
    max_age: Mapped[int | None]
    next_url: Mapped[str] = mapped_column(String(2048))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    posted_user: Mapped[str | None] = mapped_column(Text)
    held: Mapped[str | None] = mapped_column(String(64))
    identity: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment] = mapped_column(default=now)
    expires_at: Mapped[Moment] = mapped_column(index=True)


class AuditEvent(Base):
    """A change of an account, or a refused login.

    `actor` is the person who did it, if that was not the user.
    """

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[Moment] = mapped_column(default=now, index=True)
    event: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(64))
    user_id: Mapped[UserKey | None] = mapped_column(
        ForeignKey(USER_ID, ondelete="CASCADE"), index=True
    )
    actor: Mapped[str | None] = mapped_column(String(255))
    provider: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(32))
    address: Mapped[str | None] = mapped_column(String(64))


class Invitation(Base):
    """A link that lets one person sign up on a site where sign-up is not open."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[Moment] = mapped_column(default=now)
    expires_at: Mapped[Moment] = mapped_column(index=True)
    used_at: Mapped[Moment | None]
    used_by_id: Mapped[UserKey | None] = mapped_column(
        ForeignKey(USER_ID, ondelete="SET NULL"), index=True
    )


class ApiToken(Base):
    """A token for the API, of the option `tokens`.  Only its hash is stored.

    `kind` is `personal`, `device` (not approved yet, so without a user), `access` or `refresh`.
    All tokens of one approval share a `family`, so that reuse of an old one revokes them all.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UserKey | None] = mapped_column(
        ForeignKey(USER_ID, ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    family: Mapped[str | None] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[Moment] = mapped_column(default=now)
    expires_at: Mapped[Moment] = mapped_column(index=True)
    replaced_at: Mapped[Moment | None]
    last_used_at: Mapped[Moment | None]
    last_used_address: Mapped[str | None] = mapped_column(String(64))

    user: Mapped[SignInUser | None] = relationship(USER)


class LiveEvent(Base):
    """An event for the open pages of a user, of the option `live`: a small JSON object.

    It is needed for some seconds only, and deleted with other old rows.
    """

    __tablename__ = "live_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UserKey] = mapped_column(ForeignKey(USER_ID, ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(LIVE_EVENT_LENGTH))
    created_at: Mapped[Moment] = mapped_column(default=now, index=True)


class ProviderToken(Base):
    """Reserved for the option `provider_api`: a provider's tokens for one identity, encrypted.

    `callback` is the JSON of the callback parameters that a refresh sends again.  `leased_until` is
    set while a process refreshes the tokens; `refused_at` after the provider refused a refresh.
    """

    __tablename__ = "provider_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(
        ForeignKey("identities.id", ondelete="CASCADE"), unique=True
    )
    token_type: Mapped[str] = mapped_column(String(32))
    access_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    scope: Mapped[str | None] = mapped_column(String(1024))
    callback: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[Moment | None]
    refresh_expires_at: Mapped[Moment | None]
    leased_until: Mapped[Moment | None]
    refused_at: Mapped[Moment | None]
    updated_at: Mapped[Moment] = mapped_column(default=now)
