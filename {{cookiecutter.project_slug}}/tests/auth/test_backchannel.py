"""The provider posts a Logout Token: the sessions that it names end, and no others."""

import time

import pytest

from app.db import db
from app.models import LoginSession
from tests.fake_provider import ADA, CLIENT_ID

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def post(app, fake, *, key=None, header=None, **changes):
    """Post a good token with these changes; a None leaves a claim out."""
    now = int(time.time())
    claims = {
        "iss": fake.issuer,
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 120,
        "jti": "one",
        "events": {EVENT: {}},
        "sub": ADA["sub"],
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    token = fake.sign(claims, header, key)
    return app.test_client().post("/backchannel-logout/fake", data={"logout_token": token})


def sessions(app):
    with app.app_context():
        return db.session.query(LoginSession).count()


@pytest.fixture
def ada(app, fake):
    """Ada, signed in with a session at the provider that is called `there`."""
    fake.claims = {"sid": "there"}
    browser = app.test_client()
    browser.sign_in()
    return browser


@pytest.mark.parametrize("named", [{}, {"sid": "there"}, {"sid": "there", "sub": None}])
@pytest.mark.parametrize("typ", ["logout+jwt", "JWT"])
def test_what_is_named_ends(named, typ, ada, app, fake):
    fake.person, fake.claims = {"sub": "grace", "name": "Grace Hopper"}, {"sid": "elsewhere"}
    grace = app.test_client()
    grace.sign_in()
    answer = post(app, fake, header={"typ": typ}, **named)

    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert ada.user() is None
    assert grace.user()["name"] == "Grace Hopper"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"exp": 1},
        {"exp": None},
        {"iat": 1},
        {"iat": None},
        {"events": None},
        {"events": {}},
        {"events": [EVENT]},
        {"events": {EVENT: "x"}},
        {"nonce": "n"},
        {"sub": None},
        {"sub": 7},
        {"sid": ["there"]},
        {"header": {"typ": "at+jwt"}},
    ],
)
def test_a_bad_token_ends_nothing(changes, ada, app, fake):
    answer = post(app, fake, **changes)

    assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})
    assert sessions(app) == 1


def test_a_forged_signature_ends_nothing(ada, app, fake):
    assert post(app, fake, key=fake.other_key()).status_code == 400
    for token in ("", "x", "a.b.c"):
        form = {"logout_token": token}
        assert app.test_client().post("/backchannel-logout/fake", data=form).status_code == 400
    assert app.test_client().post("/backchannel-logout/nobody").status_code == 404
    assert app.test_client().get("/backchannel-logout/fake").status_code == 405
    assert sessions(app) == 1


@pytest.mark.parametrize("named", [{"sub": "grace"}, {"sid": "elsewhere"}, {"sub": "1815 "}])
def test_somebody_else_is_not_meant(named, ada, app, fake):
    assert post(app, fake, **named).status_code == 200
    assert sessions(app) == 1


def test_forged_posts_are_limited(make_app, fake):
    app = make_app({"RATELIMIT_ENABLED": "1", "RATELIMIT_LOGIN": "3 per minute"})
    statuses = [post(app, fake, nonce="n").status_code for _ in range(5)]

    assert statuses == [400, 400, 400, 429, 429]
