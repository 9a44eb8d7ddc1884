"""Who is signed in, in which browsers, and until when."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import delete, select, update

from app.db import db
from app.models import User
from app.signin.database import now
from app.signin.models import LoginSession
from tests.fake_provider import GRACE


def change(app, statement):
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


def csrf_token(page):
    return unescape(re.search(r'name="csrf_token" value="([^"]+)"', page)[1])


def rows(app):
    with app.app_context():
        return db.session.scalars(select(LoginSession)).all()


# --- A page behind a sign-in


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(browser):
    assert browser.get("/account?tab=1").location == "/login?next=/account?tab%3D1"
    assert browser.press("/account", name="x").location == "/login"
    assert browser.sign_in(next="/account?tab=1").location == "/account?tab=1"
    assert browser.get("/account").status_code == 200


# --- The cookie holds a random key, and the table its hash


def test_each_sign_in_makes_a_new_key_and_only_its_hash_is_stored(app, signed_in):
    with signed_in.session_transaction() as cookie:
        first = cookie["_user_id"]
    signed_in.sign_in()
    with signed_in.session_transaction() as cookie:
        second = cookie["_user_id"]
    [row] = rows(app)

    assert first != second
    assert second not in vars(row).values()


def test_nothing_but_the_browser_s_own_key_outlives_a_sign_in(browser):
    callback = browser.to_callback()
    with browser.session_transaction() as cookie:
        cookie["of_somebody_else"] = "here before"
        before = cookie["browser"]
    browser.get(callback)

    with browser.session_transaction() as cookie:
        assert "of_somebody_else" not in cookie
        assert cookie["browser"] == before


@pytest.mark.parametrize("page", ["/login", "/login/fake"])
def test_a_start_of_a_login_leaves_the_cookie_alone(app, browser, page):
    """Another tab may sign in, or start a login, while this answer is on its way."""
    token = csrf_token(browser.get(page).text)
    answer = browser.post("/login/fake", data={"csrf_token": token})

    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


def test_signing_in_as_somebody_else_ends_the_old_session(app, signed_in, fake):
    fake.person = GRACE
    signed_in.sign_in()

    assert signed_in.user()["name"] == "Grace Hopper"
    assert [row.user_id for row in rows(app)] == [2]


# --- It ends by itself


def test_it_says_when_it_ends(signed_in):
    ends = datetime.fromisoformat(signed_in.get("/session").get_json()["expires_at"])

    assert timedelta(days=6, hours=23) < ends - now() <= timedelta(days=7)


@pytest.mark.parametrize(
    "ago",
    [{"last_seen_at": timedelta(days=7)}, {"expires_at": timedelta(0)}],
    ids=["not used for a week", "too old"],
)
def test_it_ends_by_itself(app, signed_in, ago):
    values = {name: now() - value for name, value in ago.items()}
    change(app, update(LoginSession).values(**values))

    assert signed_in.user() is None
    assert signed_in.get("/account").location == "/login?next=/account"


def test_it_goes_on_while_it_is_used(app, signed_in):
    change(app, update(LoginSession).values(last_seen_at=now() - timedelta(days=6)))

    assert signed_in.user()
    [row] = rows(app)
    assert now() - row.last_seen_at < timedelta(minutes=1)


# --- It is ended


@pytest.mark.parametrize(
    "statement",
    [delete(LoginSession), update(User).values(disabled_at=now()), delete(User)],
    ids=["the row is deleted", "the account is disabled", "the account is deleted"],
)
def test_it_ends_at_once(app, signed_in, statement):
    change(app, statement)

    assert signed_in.user() is None


def test_other_browsers_can_be_signed_out(app, signed_in):
    others = [app.test_client() for _ in range(3)]
    for other in others:
        other.sign_in()
    signed_in.press("/account/sessions/2/end")
    assert [other.user() is None for other in others] == [True, False, False]

    signed_in.press("/account/sessions/end-others")
    assert [other.user() is None for other in others] == [True, True, True]
    assert signed_in.user()
