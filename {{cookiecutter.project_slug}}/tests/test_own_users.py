"""An app with passwords and columns of its own: `auth/passwords.py` and `auth/required.py`."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from app.db import db
from app.models import User
from app.signin.auth import accounts, passwords, required
from app.signin.auth.errors import IdentityError
from app.signin.database import now
from app.signin.models import Identity, LoginSession
from app.signin.oauth.provider import Claims
from tests.browser import error_of
from tests.examples import OPENID

ADA = Claims(
    sub="1815",
    name="Ada L.",
    preferred_username="Ada Lovelace!",
    email="Ada@Example.com",
    email_verified=True,
)
UNPROVED = replace(ADA, sub="1816", email="grace@example.org", email_verified=False)


@pytest.fixture
def with_passwords(monkeypatch):
    """Let users have a password, in a column that is not otherwise used here."""
    monkeypatch.setattr("app.signin.user.PASSWORD", "picture")


@pytest.fixture
def anna(app, browser):
    """Somebody with a password, in a browser, and a page that takes it."""

    @app.post("/own-login")
    def own_login():
        person = db.session.scalar(select(User).where(User.email == "anna@example.org"))
        return str(passwords.sign_in(person))

    with app.app_context():
        db.session.add(User(email="anna@example.org", picture="the hash of a password"))
        db.session.commit()
    return browser


def change(app, statement):
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


# --- Passwords


def test_a_password_makes_a_session_like_others(app, anna, with_passwords):
    assert anna.press("/own-login").text == "True"
    assert anna.get("/session").get_json()["provider"] == "password"
    assert "This device" in anna.get("/account/sessions").text
    assert anna.get("/account/export").status_code == 200


def test_it_is_recent_for_ten_minutes(app, anna, with_passwords):
    anna.press("/own-login")
    change(app, update(LoginSession).values(authenticated_at=now() - timedelta(minutes=11)))

    assert anna.press("/account/connections/fake").location.startswith("/account/reauthenticate")
    page = anna.get("/account/reauthenticate").text
    assert "sign out, and sign in with your password again" in page
    anna.press("/own-login")
    assert anna.get("/account/export").status_code == 200


def test_a_second_sign_in_ends_the_first(app, anna):
    anna.press("/own-login")
    anna.press("/own-login")
    with app.app_context():
        assert len(db.session.scalars(select(LoginSession)).all()) == 1


def test_a_disabled_user_is_not_signed_in(app, anna):
    change(app, update(User).values(disabled_at=now()))

    assert anna.press("/own-login").text == "False"
    assert anna.user() is None


def test_the_only_provider_can_go_if_there_is_a_password(app, anna, with_passwords):
    anna.press("/own-login")
    anna.press_and_return("/account/connections/fake")
    assert "and with your password" in anna.get("/account/connections").text
    anna.press("/account/connections/1/unlink")
    with app.app_context():
        assert db.session.scalars(select(Identity)).all() == []
    assert "You sign in with your password." in anna.get("/account/connections").text


# --- Columns that users must have


@pytest.fixture
def session(make_app):
    clients = {"OPENID_CLIENT_ID": "our-id", "OPENID_CLIENT_SECRET": "our-own-secret"}
    with make_app(clients, declared=[OPENID]).app_context():
        yield db.session


def adapt_by(monkeypatch, function):
    monkeypatch.setattr(accounts, "adapt_user", function)


def sign_in(claims):
    return accounts.sign_in_or_up(OPENID, claims, None).user


def address(user, claims):
    required.unique_address(user, claims, needed=False)


def test_a_proved_address_is_stored_in_lower_case(session, monkeypatch):
    adapt_by(monkeypatch, address)
    user = sign_in(ADA)

    assert (user.email, user.email_verified) == ("ada@example.com", True)


def test_an_address_that_somebody_has_is_refused(session, monkeypatch):
    adapt_by(monkeypatch, address)
    session.add(User(email="ADA@example.com"))
    session.commit()

    with pytest.raises(IdentityError) as refused:
        sign_in(ADA)
    assert refused.value.reason == "email_taken"


@pytest.mark.parametrize("known", [True, False])
def test_an_unproved_address_tells_nothing(session, monkeypatch, known):
    adapt_by(monkeypatch, address)
    session.add(User(email="grace@example.org" if known else "else@example.org"))
    session.commit()

    assert sign_in(UNPROVED).email is None


def test_an_address_may_be_needed(session, monkeypatch):
    adapt_by(monkeypatch, lambda user, claims: required.unique_address(user, claims, needed=True))

    with pytest.raises(IdentityError) as refused:
        sign_in(UNPROVED)
    assert refused.value.reason == "email_required"


def test_a_later_sign_in_does_not_take_an_address(session, monkeypatch):
    """The provider's address of somebody who has an account has changed to that of another."""
    adapt_by(monkeypatch, address)
    user = sign_in(replace(ADA, email="first@example.org"))
    session.add(User(email="ada@example.com"))
    user.email, user.email_verified = None, False
    session.commit()

    assert sign_in(ADA).email is None
    session.commit()
    assert sign_in(replace(ADA, email="free@example.org")).email == "free@example.org"


def test_names_are_made_up_and_free(session, monkeypatch):
    def adapt(user, claims):
        required.unique_name(user, claims, "picture", 8)
        required.name(user, claims, "name", 3)

    adapt_by(monkeypatch, adapt)
    names = [sign_in(replace(ADA, sub=str(n), email=None)).picture for n in range(3)]
    assert names == ["Ada_Love", "Ada_Lo-2", "Ada_Lo-3"]
    nameless = replace(ADA, sub="4", name="文", preferred_username="", email=None)
    assert sign_in(nameless).picture == "user"


def test_what_is_there_stays(session, monkeypatch):
    def adapt(user, claims):
        required.no_password(user, "picture")
        required.value(user, "name", "never")

    adapt_by(monkeypatch, adapt)
    user = sign_in(replace(ADA, picture=None))
    assert (user.picture, user.name) == ("!", "Ada L.")
    assert not user.has_password


# --- Rows of the app's own that refer to a user


def test_an_account_whose_rows_must_stay_is_not_deleted(app, signed_in):
    with app.app_context():
        db.session.execute(db.text("CREATE TABLE bills (user_id INTEGER REFERENCES users (id))"))
        db.session.execute(db.text("INSERT INTO bills VALUES (1)"))
        db.session.commit()
    answer = signed_in.press("/account/delete", sure="y")

    assert answer.location == "/account/delete"
    assert "other records still refer to it" in signed_in.get("/account/delete").text
    assert signed_in.user()["id"] == "1"
    refused = app.test_cli_runner().invoke(args=["users", "delete", "1"])
    assert refused.exit_code == 1
    assert "rows of your tables refer to them" in refused.output


def test_whoever_deletes_a_user_deletes_the_rows_of_sign_in(app, signed_in):
    """Also where SQLite does not obey foreign keys."""
    with app.app_context():
        turn_off = "PRAGMA foreign_keys=OFF"
        event.listen(db.engine, "connect", lambda made, _: made.execute(turn_off))
        db.engine.dispose()
        db.session.delete(db.session.get(User, 1))
        db.session.commit()
        assert db.session.scalars(select(Identity)).all() == []
        assert db.session.scalars(select(LoginSession)).all() == []
    assert signed_in.user() is None


def test_error_page(app, browser, fake, monkeypatch):
    adapt_by(monkeypatch, address)
    with app.app_context():
        db.session.add(User(email="ada@example.com"))
        db.session.commit()

    assert error_of(browser.sign_in()) == "email_taken"
    page = browser.get("/login/error/email_taken")
    assert page.status_code == 409
    assert "Sign in the way you did before" in page.text
