"""Who is this, and until when?"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from app.db import db, now
from app.models import LoginSession, User

LOGIN = "/login?next=/notes"


def change(app, statement):
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


def rows(app):
    with app.app_context():
        return db.session.scalars(select(LoginSession)).all()


def test_nobody(browser):
    answer = browser.get("/session")

    assert answer.status_code == 401
    assert answer.get_json() == {"user": None}
    assert answer.headers["Cache-Control"] == "no-store"


def test_somebody(signed_in):
    found = signed_in.get("/session").get_json()
    left = datetime.fromisoformat(found["expires_at"]) - now()

    assert found["provider"] == "fake"
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


def test_a_page_behind_a_sign_in(browser):
    assert browser.get("/notes").location == LOGIN
    assert browser.get("/notes?page=2").location == "/login?next=/notes?page%3D2"
    assert browser.sign_in(next="/notes").location == "/notes"
    assert browser.get("/notes").status_code == 200


def test_signing_out(app, signed_in):
    before = signed_in.get_cookie(app.config["SESSION_COOKIE_NAME"])
    answer = signed_in.press("/logout")

    assert answer.location == "/"
    assert signed_in.user() is None
    assert rows(app) == []
    # A copy of the old cookie is of no use.
    thief = app.test_client()
    thief.set_cookie(before.key, before.value)
    assert thief.user() is None


def test_signing_out_takes_a_form(signed_in):
    assert signed_in.get("/logout").status_code == 405
    assert signed_in.post("/logout").status_code == 400
    assert signed_in.user()


def test_the_provider_s_own_session_can_be_ended_next(app, fake):
    fake.metadata = {"end_session_endpoint": f"{fake.issuer}/logout"}
    browser = app.test_client()
    browser.sign_in()
    browser.press("/logout")
    page = browser.get("/").text

    assert "Sign out of Fake too" in page
    assert f'href="{fake.issuer}/logout?client_id=our-id&amp;post_logout_redirect_uri=http' in page
    assert "Sign out of Fake too" not in browser.get("/").text


def test_signing_out_twice(browser):
    assert browser.press("/logout").location == "/"


def test_the_key_is_new_with_each_sign_in_and_only_its_hash_is_stored(app, signed_in):
    with signed_in.session_transaction() as cookie:
        first = cookie["_user_id"]
    signed_in.sign_in()
    with signed_in.session_transaction() as cookie:
        second = cookie["_user_id"]
    [row] = rows(app)

    assert first != second
    assert second not in vars(row).values()


def test_a_sign_in_keeps_nothing_of_the_cookie_but_the_browser(browser):
    browser.get("/login")
    with browser.session_transaction() as cookie:
        cookie["of_somebody_else"] = "here before"
    callback = browser.to_callback()
    with browser.session_transaction() as cookie:
        before = cookie["browser"]
    browser.get(callback)

    with browser.session_transaction() as cookie:
        assert "of_somebody_else" not in cookie
        assert cookie["browser"] == before


def test_a_sign_in_as_somebody_else_ends_the_old_session(app, signed_in, fake):
    fake.person = {"sub": "1906", "name": "Grace Hopper"}
    signed_in.sign_in()

    assert signed_in.user()["name"] == "Grace Hopper"
    assert [row.user_id for row in rows(app)] == [2]


def test_two_browsers(app, signed_in):
    other = app.test_client()
    other.sign_in()
    other.press("/logout")

    assert other.user() is None
    assert signed_in.user()


PAST = {
    "idle": {"last_seen_at": timedelta(days=7)},
    "too old": {"expires_at": timedelta(0)},
}


@pytest.mark.parametrize("ago", PAST.values(), ids=PAST)
def test_a_session_ends_by_itself(app, signed_in, ago):
    values = {name: now() - value for name, value in ago.items()}
    change(app, update(LoginSession).values(**values))

    assert signed_in.user() is None
    assert signed_in.get("/notes").location == LOGIN


def test_a_session_that_is_used_goes_on(app, signed_in):
    change(app, update(LoginSession).values(last_seen_at=now() - timedelta(days=6)))

    assert signed_in.user()
    [row] = rows(app)
    assert now() - row.last_seen_at < timedelta(minutes=1)


def test_sessions_past_their_limits_go_with_the_next_sign_in(app, signed_in):
    change(app, update(LoginSession).values(expires_at=now() - timedelta(days=1)))
    app.test_client().sign_in()

    assert len(rows(app)) == 1


@pytest.mark.parametrize(
    "statement",
    [delete(LoginSession), update(User).values(disabled_at=now()), delete(User)],
    ids=["the row is deleted", "the account is disabled", "the account is deleted"],
)
def test_signed_out_at_once(app, signed_in, statement):
    change(app, statement)

    assert signed_in.user() is None


def test_a_new_secret_key(app, signed_in):
    old, new = app.config["SECRET_KEY"], "another-key-0123456789-abcdefghijklmnopqrstuvwxyz"
    app.config.update(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[old])
    assert signed_in.user()

    app.config.update(SECRET_KEY_FALLBACKS=[])
    assert signed_in.user() is None
