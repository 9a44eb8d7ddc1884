"""What people do with their account: sign-ins, devices, taking data along, leaving."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from app.db import db, now
from app.models import AuditEvent, Identity, LoginSession, User
from tests.fake_provider import ADA, CLIENT_ID, CLIENT_SECRET

SECOND = {"OIDC_SECOND_CLIENT_ID": CLIENT_ID, "OIDC_SECOND_CLIENT_SECRET": CLIENT_SECRET}


def two_providers(make_app, fake):
    """Return a browser that Ada is signed in with, at an app with a second provider."""
    browser = make_app(SECOND | {"OIDC_SECOND_ISSUER": fake.issuer}).test_client()
    browser.sign_in()
    return browser


def come_back(browser, answer):
    """Go to the provider that an answer leads to, and return from there."""
    with requests.Session() as session:
        session.trust_env = False
        back = urlsplit(session.get(answer.location, allow_redirects=False).headers["Location"])
    return browser.get(f"{back.path}?{back.query}")


def age_sessions(app, minutes):
    with app.app_context():
        db.session.query(LoginSession).update(
            {LoginSession.authenticated_at: now() - timedelta(minutes=minutes)}
        )
        db.session.commit()


def identities(app):
    with app.app_context():
        return [(i.user_id, i.provider, i.sub) for i in db.session.query(Identity)]


def test_connect_another_sign_in(make_app, fake):
    browser = two_providers(make_app, fake)
    fake.person = {**ADA, "sub": "also-ada"}
    answer = come_back(browser, browser.press("/account/connections/second"))

    assert answer.location == "/account/connections"
    assert "Second is connected to your account." in browser.get(answer.location).text
    assert identities(browser.application) == [(1, "fake", "1815"), (1, "second", "also-ada")]


def test_a_sign_in_of_somebody_else_is_refused(make_app, fake):
    browser = two_providers(make_app, fake)
    fake.person = {"sub": "grace", "name": "Grace Hopper"}
    browser.application.test_client().sign_in("second")
    answer = come_back(browser, browser.press("/account/connections/second"))

    assert answer.location.startswith("/login/error/identity_taken")
    assert identities(browser.application) == [(1, "fake", "1815"), (2, "second", "grace")]


def test_the_last_sign_in_stays(app, signed_in):
    signed_in.press("/account/connections/1/unlink")

    assert "This is the only way to sign in" in signed_in.get("/account/connections").text
    assert identities(app) == [(1, "fake", "1815")]


def test_disconnect_one_of_two(make_app, fake):
    browser = two_providers(make_app, fake)
    come_back(browser, browser.press("/account/connections/second"))
    browser.press("/account/connections/1/unlink")

    assert identities(browser.application) == [(1, "second", "1815")]
    assert browser.user()["id"] == "1"


def test_a_fresh_sign_in_is_asked_for(app, signed_in):
    age_sessions(app, 11)
    answer = signed_in.press("/account/export", back="/account/export")

    assert answer.location == "/account/reauthenticate?next=/account/export"
    back = come_back(
        signed_in, signed_in.press("/account/reauthenticate/fake", next="/account/export")
    )
    # Whoever signs in again must have done so at the provider just now.
    assert back.location.startswith("/login/error/provider_error")


def test_a_fresh_sign_in_is_enough(app, signed_in, fake):
    age_sessions(app, 11)
    fake.claims = {"auth_time": int(now().timestamp())}
    come_back(signed_in, signed_in.press("/account/reauthenticate/fake"))

    assert signed_in.press("/account/export").status_code == 200


def test_end_another_device(app, signed_in):
    other = app.test_client()
    other.sign_in()
    signed_in.press("/account/sessions/2/end")

    assert other.user() is None
    assert signed_in.user()


def test_end_all_other_devices(app, signed_in):
    others = [app.test_client() for _ in range(2)]
    for other in others:
        other.sign_in()
    signed_in.press("/account/sessions/end-others")

    assert [other.user() for other in others] == [None, None]
    assert signed_in.user()


def test_change_the_profile(signed_in):
    assert "Enter a name." in signed_in.press("/account", name="", picture="initials").text
    signed_in.press("/account", name="Countess", picture="initials")

    assert signed_in.user()["name"] == "Countess"
    signed_in.sign_in()
    assert signed_in.user()["name"] == "Countess"


def test_take_everything_along(signed_in):
    found = json.loads(signed_in.press("/account/export").text)

    assert found["users"][0]["name"] == "Ada Lovelace"
    assert {"identities", "login_sessions", "audit_events", "notes"} <= set(found)
    assert "key_hash" not in found["login_sessions"][0]


def test_delete_the_account(app, signed_in):
    signed_in.press("/account/delete")
    assert signed_in.user()
    signed_in.press("/account/delete", sure="y")

    assert signed_in.user() is None
    with app.app_context():
        for model in (User, Identity, LoginSession):
            assert db.session.query(model).count() == 0
        assert [event.user_id for event in db.session.query(AuditEvent)] == [None]


@pytest.mark.parametrize("path", ["/account/connections/second", "/account/reauthenticate/fake"])
@pytest.mark.parametrize("values", [None, {"disabled_at": now()}])
def test_what_ends_while_the_provider_is_asked_stays_ended(path, values, make_app, fake):
    """The session is signed out, or its user switched off, when the tokens are on their way."""
    browser = two_providers(make_app, fake)
    fake.person = {**ADA, "sub": "also-ada"} if path.endswith("second") else ADA

    def meanwhile(claims):
        with browser.application.app_context():
            if values is None:
                db.session.query(LoginSession).delete()
            else:
                db.session.query(User).update(values)
            db.session.commit()
        return fake.sign({**claims, "auth_time": claims["iat"]})

    fake.make_id_token = meanwhile
    answer = come_back(browser, browser.press(path))

    assert answer.location.startswith("/login/error/invalid_callback")
    assert identities(browser.application) == [(1, "fake", "1815")]
    with browser.application.app_context():
        assert db.session.query(LoginSession).count() == (0 if values is None else 1)


def test_connect_a_provider_that_does_not_answer(make_app):
    browser = make_app(SECOND | {"OIDC_SECOND_ISSUER": "http://127.0.0.1:9"}).test_client()
    browser.sign_in()
    answer = browser.press("/account/connections/second")

    assert answer.status_code == 303
    assert answer.location.startswith("/login/error/provider_unavailable")


def test_a_name_with_a_joiner_can_be_kept(signed_in):
    name = "علی\u200cرضا"

    assert signed_in.press("/account", name=name, picture="initials").status_code == 303
    assert signed_in.user()["name"] == name
