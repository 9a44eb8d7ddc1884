"""Which account an identity is."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.auth import identities
from app.auth.identities import IdentityError
from app.db import db, now
from app.models import Identity, LoginSession, User
from app.oauth.provider import Claims
from tests.examples import OPENID, PLAIN, client

ADA = Claims(sub="1815", name="Ada", email="ada@example.com", email_verified=True)
GRACE = Claims(sub="1906", name="Grace", email="grace@example.org", email_verified=True)

CLIENTS = {"openid": client(OPENID), "plain": client(PLAIN)}


@pytest.fixture
def session(app):
    """The app's database; no request is made."""
    with app.app_context():
        yield db.session


def sign_up(claims, provider=OPENID):
    return identities.sign_up(client(provider), claims, admin=False)


def refusal(function, *args, **options):
    with pytest.raises(IdentityError) as caught:
        function(*args, **options)
    return caught.value.reason


def test_a_new_identity_is_a_new_account(session):
    identity = sign_up(ADA)

    assert identities.find(client(), ADA) is identity
    assert (identity.user.name, identity.user.email) == ("Ada", "ada@example.com")
    assert identity.user.is_admin is False
    assert identity.issuer == "https://id.example"


def test_an_identity_is_provider_and_sub(session):
    sign_up(ADA)

    assert identities.find(client(), replace(ADA, email="other@example.com"))
    assert identities.find(client(), replace(ADA, sub="1816")) is None
    assert identities.find(client(PLAIN), ADA) is None


def test_a_sub_differs_by_capitals(session):
    sign_up(replace(ADA, sub="ada"))

    assert identities.find(client(), replace(ADA, sub="Ada")) is None


def test_a_provider_that_moved(session):
    """The setting names another server now: its 1815 may be anybody."""
    sign_up(ADA)
    moved = client(replace(OPENID, issuer="https://other.example"))

    assert refusal(identities.find, moved, ADA) == "provider_moved"


def test_a_disabled_account(session):
    identity = sign_up(ADA)
    identity.user.disabled_at = now()

    assert refusal(identities.sign_in, identity, ADA, "empty", admin=False) == "account_disabled"


NEW = Claims(sub="1815", name="Countess", email="new@example.com", email_verified=True, picture="p")


@pytest.mark.parametrize(
    ("sync", "expected"),
    [
        ("empty", ("Ada", "ada@example.com", "p")),
        ("always", ("Countess", "new@example.com", "p")),
        ("never", ("Ada", "ada@example.com", None)),
    ],
)
def test_a_profile_that_changed_at_the_provider(session, sync, expected):
    identity = sign_up(ADA)
    identities.sign_in(identity, NEW, sync, admin=False)
    user = identity.user

    assert (user.name, user.email, user.picture) == expected
    assert (identity.name, identity.email) == ("Countess", "new@example.com")


def test_what_the_user_edited_stays(session):
    identity = sign_up(ADA)
    identity.user.name_edited = identity.user.picture_edited = True
    identities.sign_in(identity, NEW, "always", admin=False)

    assert (identity.user.name, identity.user.picture) == ("Ada", None)


def test_an_admin_stays_one(session):
    identity = sign_up(ADA)
    identities.sign_in(identity, ADA, "empty", admin=True)
    identities.sign_in(identity, ADA, "empty", admin=False)

    assert identity.user.is_admin


# --- The same address at another provider


def test_the_same_address_is_found_where_both_sides_have_verified_it(session):
    ada = sign_up(ADA)
    sign_up(replace(ADA, sub="2", email_verified=False))
    sign_up(GRACE)

    assert identities.same_address(replace(ADA, sub="3")) == {ada.user_id: ["openid"]}
    assert identities.same_address(replace(ADA, email_verified=False)) == {}
    assert identities.same_address(Claims(sub="3")) == {}


def test_disabled_accounts_have_no_address(session):
    sign_up(ADA).user.disabled_at = now()

    assert identities.same_address(ADA) == {}


# --- Several identities of one account


def test_linking(session):
    user = sign_up(ADA).user
    linked = identities.link(user.id, client(PLAIN), GRACE)

    assert linked.user is user
    assert user.email == "ada@example.com"
    assert identities.link(user.id, client(PLAIN), replace(GRACE, name="G")) is linked
    assert linked.name == "G"


def test_an_identity_of_somebody_else_is_not_linked(session):
    sign_up(GRACE)

    assert refusal(identities.link, sign_up(ADA).user_id, client(), GRACE) == "identity_taken"


def test_proving_who_it_is(session):
    ada, grace = sign_up(ADA), sign_up(GRACE)

    assert identities.same_person(ada.user_id, client(), ADA) is ada
    assert refusal(identities.same_person, ada.user_id, client(), GRACE) == "other_account"
    assert refusal(identities.same_person, grace.user_id, client(PLAIN), GRACE) == "other_account"


@pytest.fixture
def two(session):
    """A user with two identities, signed in with the first."""
    first = sign_up(ADA)
    second = identities.link(first.user_id, client(PLAIN), GRACE)
    signed_in = LoginSession(
        key_hash="k",
        user_id=first.user_id,
        identity_id=first.id,
        provider="openid",
        expires_at=now(),
        address="",
        user_agent="",
    )
    session.add(signed_in)
    session.flush()
    return first, second, signed_in


def test_unlinking(session, two):
    first, second, signed_in = two
    identities.unlink(first.user_id, first.id, CLIENTS, keep=signed_in)

    assert session.scalars(select(Identity)).all() == [second]
    assert session.scalars(select(LoginSession)).all() == [signed_in]


def test_unlinking_ends_the_other_sessions_made_with_it(session, two):
    first, second, _ = two
    session.execute(update(LoginSession).values(identity_id=second.id))
    identities.unlink(first.user_id, second.id, CLIENTS, keep=LoginSession(id=99))

    assert session.scalars(select(LoginSession)).all() == []


def test_the_last_identity_that_works_stays(session, two):
    first, second, signed_in = two
    only_first = {"openid": CLIENTS["openid"]}

    assert not identities.works(second, only_first)
    assert (
        refusal(identities.unlink, first.user_id, first.id, only_first, keep=signed_in)
        == "last_identity"
    )


def test_an_identity_at_a_provider_that_moved_does_not_count(session, two):
    first, _, signed_in = two
    moved = replace(PLAIN, authorization_endpoint="https://moved.example/authorize")
    clients = CLIENTS | {"plain": client(moved)}

    assert (
        refusal(identities.unlink, first.user_id, first.id, clients, keep=signed_in)
        == "last_identity"
    )


def test_only_one_s_own_identities_can_be_unlinked(session, two):
    first, _, signed_in = two
    other = sign_up(replace(GRACE, sub="3"))

    assert (
        refusal(identities.unlink, first.user_id, other.id, CLIENTS, keep=signed_in)
        == "no_such_identity"
    )


# --- The whole way


def test_the_same_person_is_the_same_user(app, signed_in, fake):
    fake.person |= {"name": "Countess of Lovelace", "email": "countess@example.com"}
    other = app.test_client()
    other.sign_in()

    assert other.user()["id"] == signed_in.user()["id"]
    assert other.user()["name"] == "Ada Lovelace"


def test_an_unverified_address_gets_nobody_into_another_account(app, signed_in, fake):
    fake.person = {"sub": "666", "email": "ada@example.com", "email_verified": False}
    mallory = app.test_client()

    assert mallory.sign_in().location == "/"
    assert mallory.user()["id"] != signed_in.user()["id"]
    assert mallory.user()["email_verified"] is False


def test_a_disabled_account_cannot_sign_in(app, signed_in):
    with app.app_context():
        db.session.execute(update(User).values(disabled_at=now()))
        db.session.commit()
    answer = signed_in.sign_in()

    assert "/login/error/account_disabled" in answer.location
    assert signed_in.get(answer.location).status_code == 403
    assert signed_in.user() is None
