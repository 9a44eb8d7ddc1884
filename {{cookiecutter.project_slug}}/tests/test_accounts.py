"""Which account is this?  The linking policy, in the words of `accounts`, without a request."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.db import db
from app.signin.auth import accounts
from app.signin.auth.errors import IdentityError
from app.signin.database import now
from app.signin.models import Identity, LoginSession
from app.signin.oauth.provider import Claims
from tests.examples import OPENID, PLAIN

ADA = Claims(sub="1815", name="Ada", email="ada@example.com", email_verified=True)
GRACE = Claims(sub="1906", name="Grace", email="grace@example.org", email_verified=True)
CLIENTS = {"OPENID_CLIENT_ID": "our-id", "OPENID_CLIENT_SECRET": "our-own-secret"}
CLIENTS |= {"PLAIN_CLIENT_ID": "our-id", "PLAIN_CLIENT_SECRET": "our-own-secret"}


@pytest.fixture
def database(make_app):
    """Open the database of an app that knows `openid` and `plain`."""

    @contextmanager
    def opened(**settings):
        with make_app(CLIENTS | settings, declared=[OPENID, PLAIN]).app_context():
            yield db.session

    return opened


@pytest.fixture
def session(database):
    with database() as session:
        yield session


def sign_up(claims, provider=OPENID):
    return accounts.sign_up(provider, claims, None)


def refusal(function, *args, **options):
    with pytest.raises(IdentityError) as caught:
        function(*args, **options)
    return caught.value.reason


# --- An identity is a provider and a `sub`, and nothing else


def test_a_new_identity_is_a_new_account(session):
    identity = sign_up(ADA)

    assert accounts.find(OPENID, ADA) is identity
    assert (identity.user.name, identity.user.email) == ("Ada", "ada@example.com")
    assert (identity.user.is_admin, identity.issuer) == (False, "https://id.example")


def test_an_identity_is_provider_and_sub(session):
    sign_up(replace(ADA, sub="ada"))

    assert accounts.find(OPENID, replace(ADA, sub="ada", email="other@example.com"))
    assert accounts.find(OPENID, replace(ADA, sub="Ada")) is None
    assert accounts.find(PLAIN, replace(ADA, sub="ada")) is None


def test_a_provider_that_moved_signs_nobody_in(session):
    """The setting names another server now: its 1815 may be anybody."""
    sign_up(ADA)
    moved = replace(OPENID, issuer="https://other.example")

    assert refusal(accounts.find, moved, ADA) == "provider_moved"
    assert accounts.find(replace(moved, former_issuers=("https://id.example",)), ADA)


# --- The same address at another provider


LINKING = [
    # The address there, the address here, LINK_BY_EMAIL: what happens.
    ("verified", "verified", "never", "asks"),
    ("verified", "verified", "verified", "joins"),
    ("verified", "verified, twice", "verified", "asks"),
    ("verified", "verified, disabled", "verified", "separate"),
    ("verified", "unverified", "verified", "separate"),
    ("unverified", "verified", "verified", "separate"),
    ("none", "verified", "verified", "separate"),
]


@pytest.mark.parametrize(("there", "here", "setting", "expected"), LINKING)
def test_an_address_that_is_known(database, there, here, setting, expected):
    with database(LINK_BY_EMAIL=setting) as session:
        ada = sign_up(replace(ADA, email_verified=here != "unverified"))
        if here == "verified, twice":
            sign_up(replace(ADA, sub="also ada"))
        if here == "verified, disabled":
            ada.user.disabled_at = now()
        session.flush()
        email = None if there == "none" else ADA.email
        new = Claims(sub="new", email=email, email_verified=there == "verified")
        identity = accounts.sign_in_or_up(PLAIN, new, None)

        found = {None: "asks", ada.user_id: "joins"}
        assert found.get(identity and identity.user_id, "separate") == expected


# --- The profile follows the provider as far as the owner and the person let it


NEW = Claims(sub="1815", name="Countess", email="new@example.com", email_verified=True, picture="p")


@pytest.mark.parametrize(
    ("sync", "expected"),
    [
        ("empty", ("Ada", "ada@example.com", "p")),
        ("always", ("Countess", "new@example.com", "p")),
        ("never", ("Ada", "ada@example.com", None)),
    ],
)
def test_a_profile_that_changed_at_the_provider(database, sync, expected):
    with database(PROFILE_SYNC=sync):
        identity = sign_up(ADA)
        accounts.sign_in(identity, OPENID, NEW)
        user = identity.user

        assert (user.name, user.email, user.picture) == expected
        assert (identity.name, identity.email) == ("Countess", "new@example.com")


def test_what_the_person_edited_stays(database):
    with database(PROFILE_SYNC="always"):
        identity = sign_up(ADA)
        identity.user.name_edited = identity.user.picture_edited = True
        accounts.sign_in(identity, OPENID, NEW)

        assert (identity.user.name, identity.user.picture) == ("Ada", None)


# --- Several identities of one account


def test_linking(session):
    user = sign_up(ADA).user

    assert accounts.link(user.id, PLAIN, GRACE) is True
    assert accounts.link(user.id, PLAIN, replace(GRACE, name="G")) is False
    linked = accounts.find(PLAIN, GRACE)
    assert (linked.user, linked.name, user.email) == (user, "G", "ada@example.com")


def test_an_identity_of_somebody_else_is_not_linked(session):
    sign_up(GRACE)

    assert refusal(accounts.link, sign_up(ADA).user_id, OPENID, GRACE) == "identity_taken"


@pytest.fixture
def both(session):
    """Ada's two identities, and her session, which she has opened with the first."""
    first = sign_up(ADA)
    accounts.link(first.user_id, PLAIN, GRACE)
    row = LoginSession(
        key_hash="k",
        user_id=first.user_id,
        identity_id=first.id,
        provider="openid",
        expires_at=now(),
        address="",
        user_agent="",
    )
    session.add(row)
    session.flush()
    return first, accounts.find(PLAIN, GRACE), row


def test_unlinking_keeps_the_session_that_asks(session, both):
    first, second, row = both

    assert accounts.unlink(first.user_id, first.id, except_session=row.id) == "openid"
    assert session.scalars(select(Identity)).all() == [second]
    assert session.scalars(select(LoginSession)).all() == [row]


def test_unlinking_ends_the_other_sessions_made_with_it(session, both):
    first, second, _ = both
    session.execute(update(LoginSession).values(identity_id=second.id))
    accounts.unlink(first.user_id, second.id, except_session=99)

    assert session.scalars(select(LoginSession)).all() == []


@pytest.mark.parametrize(
    "gone",
    [{"provider": "no longer set up"}, {"issuer": "https://moved.example"}],
    ids=["its provider is not set up", "its provider moved"],
)
def test_the_last_identity_that_works_stays(session, both, gone):
    first, second, row = both
    session.execute(update(Identity).where(Identity.id == second.id).values(**gone))
    session.refresh(second)

    assert not accounts.can_sign_in(second)
    refused = refusal(accounts.unlink, first.user_id, first.id, except_session=row.id)
    assert refused == "last_identity"


# --- What the owner does
