"""One login, from the button to the end of the session; and what must not end in one.

The tests stand in the order in which people meet these things.  `fake` is the provider: a small
server with a switch for each thing that one can do wrong.
"""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import delete, select, update

from app.db import db
from app.models import User
from app.signin.auth import pending, settings
from app.signin.auth.limits import address
from app.signin.database import now
from app.signin.models import AuditEvent, Identity, LoginSession, PendingLogin
from tests.browser import error_of
from tests.conftest import PRODUCTION
from tests.fake_provider import ADA, CLIENT_ID, GRACE

# Nothing listens there.
CLOSED = "http://127.0.0.1:9"


def rows(app, model):
    with app.app_context():
        return db.session.scalars(select(model)).all()


def change(app, statement):
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


def settings_of(app):
    with app.app_context():
        return settings()


def owners(app):
    """Return whose each identity is."""
    return {f"{row.provider}:{row.sub}": row.user_id for row in rows(app, Identity)}


def changed(callback, **parameters):
    """Return a callback URL with some parameters replaced; None leaves one out."""
    parts = urlsplit(callback)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | parameters
    return f"{parts.path}?{urlencode({n: v for n, v in query.items() if v is not None})}"


# --- The button sends people to the provider


def test_the_button_leads_to_the_provider(browser, fake):
    location = browser.start().location
    query = {name: value for name, [value] in parse_qs(urlsplit(location).query).items()}

    assert location.startswith(f"{fake.issuer}/authorize?")
    assert query["response_type"] == "code"
    assert query["client_id"] == CLIENT_ID
    assert query["redirect_uri"] == "http://localhost:8000/callback/fake"
    assert query["scope"] == "openid email profile"
    assert query["code_challenge_method"] == "S256"
    assert len(query["state"]) == len(query["nonce"]) == len(query["code_challenge"]) == 43


def test_the_login_that_waits_is_stored_without_its_state(app, browser):
    [state] = parse_qs(urlsplit(browser.start().location).query)["state"]
    [row] = rows(app, PendingLogin)

    assert state not in vars(row).values()
    with browser.session_transaction() as cookie:
        assert state not in cookie.values()


def test_a_link_starts_nothing(app, browser):
    page = browser.get("/login/fake?next=/notes")

    assert page.status_code == 200
    assert "Continue with Fake" in page.text
    assert 'name="next" value="/notes"' in page.text
    assert rows(app, PendingLogin) == []


def test_a_form_without_its_token_starts_nothing(browser):
    page = browser.post("/login/fake", data={"next": "/notes"})

    assert page.status_code == 400
    assert "This page has expired" in page.text
    assert 'name="next" value="/notes"' in page.text


def test_a_form_of_another_site_starts_nothing(browser):
    here, elsewhere = {"Origin": "http://localhost:8000"}, {"Origin": "https://evil.example"}

    assert browser.press("/login/fake", headers=here).status_code == 303
    assert browser.press("/login/fake", headers=elsewhere).status_code == 400


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"Origin": "http://localhost:8000"}, "opened at the wrong address"),
        ({"Origin": "null"}, "did not say which page sent this form"),
        ({"Sec-Fetch-Site": "cross-site"}, "sent by another site"),
    ],
)
def test_in_production_a_form_comes_from_public_url(make_app, headers, text):
    browser = make_app(PRODUCTION).test_client()
    here = {"Referer": "https://app.example.org/login", "Sec-Fetch-Site": "same-origin"}
    answer = browser.press("/login/fake", headers=here | headers)

    assert answer.status_code == 400
    assert text in answer.text
    assert browser.press("/login/fake", headers=here).status_code == 303


PATHS = ["/login/down", "/account/connections/down", "/account/reauthenticate/down"]


@pytest.mark.parametrize("path", PATHS)
def test_a_provider_that_is_down_is_no_dead_end(make_app, fake, path):
    browser = make_app(fake.settings("down") | {"OIDC_DOWN_ISSUER": CLOSED}).test_client()
    browser.sign_in()
    answer = browser.press(path, next="/notes")

    assert error_of(answer) == "provider_unavailable"
    assert browser.get(answer.location).status_code == 503


# --- The callback signs them in


def test_a_whole_login(app, browser, fake):
    answer = browser.sign_in(next="/notes")

    assert (answer.status_code, answer.location) == (303, "/notes")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert fake.paths[-3:] == ["/authorize", "/token", "/jwks"]
    assert rows(app, PendingLogin) == []
    assert [event.event for event in rows(app, AuditEvent)] == ["sign_up"]


def test_a_whole_login_in_production(make_app):
    browser = make_app(PRODUCTION).test_client()
    answer = browser.sign_in()
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-"))

    assert answer.location == "/"
    assert browser.user()
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie


def test_who_am_i(browser):
    nobody = browser.get("/session")
    browser.sign_in()

    assert (nobody.status_code, nobody.get_json()) == (401, {"user": None})
    assert nobody.headers["Cache-Control"] == "no-store"
    assert browser.get("/session").get_json()["provider"] == "fake"
    assert browser.user() == {
        "id": "1",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "email_verified": True,
        "picture": None,
        "is_admin": False,
    }


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_no_login_ends_at_another_site(browser, wanted):
    assert browser.sign_in(next=wanted).location == "/"


# --- Somebody cancels


def test_whoever_cancels_is_back_at_the_buttons(browser, fake):
    fake.answer = {"code": None, "error": "access_denied"}
    answer = browser.sign_in(next="/notes")

    assert answer.location == "/login?next=/notes"
    assert "You cancelled" in browser.get(answer.location).text


# --- An answer that cannot be believed: refused before the provider is asked for anything


def test_an_answer_that_comes_too_late(make_app, fake, monkeypatch):
    browser = make_app({"PENDING_LOGIN_SECONDS": "60"}).test_client()
    callback, later = browser.to_callback(), now() + timedelta(seconds=61)
    monkeypatch.setattr(pending, "now", lambda: later)

    assert error_of(browser.get(callback)) == "login_expired"
    assert "/token" not in fake.paths


BAD_ANSWERS = {
    "no state": ({"state": None}, "invalid_callback"),
    "a state of nobody's": ({"state": "never-issued"}, "login_expired"),
    "another issuer": ({"iss": "https://evil.example"}, "invalid_callback"),
    "no issuer, though promised": ({"iss": None}, "invalid_callback"),
    "no code": ({"code": None}, "invalid_callback"),
    "code and error": ({"error": "access_denied"}, "invalid_callback"),
    "an error": ({"code": None, "error": "invalid_scope"}, "provider_refused"),
}


@pytest.mark.parametrize(("parameters", "code"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer_is_refused(app, browser, fake, parameters, code):
    answer = browser.get(changed(browser.to_callback(), **parameters))

    assert error_of(answer) == code
    assert "/token" not in fake.paths
    assert browser.user() is None
    assert rows(app, User) == []


def test_an_answer_works_once(browser, fake):
    callback = browser.to_callback()
    browser.get(callback)

    assert error_of(browser.get(callback)) == "login_expired"
    assert fake.paths.count("/token") == 1
    assert browser.user()


def test_an_answer_works_in_its_own_browser_only(app, browser):
    callback, other = browser.to_callback(), app.test_client()

    assert error_of(other.get(callback)) == "login_expired"
    assert other.user() is None
    assert browser.get(callback).location == "/"


# --- An ID Token or a token answer that is refused


BAD_CLAIMS = {
    "another nonce": {"nonce": "of-another-login"},
    "another audience": {"aud": "another-client"},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 1_000_000_000},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_a_bad_id_token_is_refused(app, browser, fake, claims):
    fake.claims = claims

    assert error_of(browser.sign_in()) == "provider_error"
    assert browser.user() is None
    assert rows(app, User) == []
    assert [event.event for event in rows(app, AuditEvent)] == ["refused"]


BAD_TOKENS = {
    "it fails": (500, {}, "provider_unavailable"),
    "the code is not good": (400, {"error": "invalid_grant"}, "login_expired"),
    "the secret is wrong": (401, {"error": "invalid_client"}, "provider_misconfigured"),
    "no token": (200, {"token_type": "Bearer"}, "provider_error"),
}


@pytest.mark.parametrize(("status", "body", "code"), BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_token_endpoint_that_gives_none(browser, fake, status, body, code):
    fake.tokens = status, body
    answer = browser.sign_in(next="/notes")

    assert error_of(answer) == code
    assert 'href="/login?next=/notes"' in browser.get(answer.location).text
    # It works again as soon as the provider does.
    fake.behave()
    assert browser.sign_in().location == "/"


# --- An address opens nobody's account


def test_an_unverified_address_opens_no_other_account(app, signed_in, fake):
    fake.person = {"sub": "666", "email": "ada@example.com", "email_verified": False}
    mallory = app.test_client()

    assert mallory.sign_in().location == "/"
    assert mallory.user()["id"] != signed_in.user()["id"]
    assert mallory.user()["email_verified"] is False


# --- Connecting another sign-in, and disconnecting one


@pytest.fixture
def ada(two):
    """A browser that Ada is signed in with by `fake`, at an app that knows `second` too."""
    browser = two.test_client()
    browser.sign_in()
    return browser


def test_connect_another_sign_in(two, ada, fake):
    fake.person = {**ADA, "sub": "also-ada"}
    answer = ada.press_and_return("/account/connections/second")

    assert answer.location == "/account/connections"
    assert "Second is connected to your account." in ada.get(answer.location).text
    assert owners(two) == {"fake:1815": 1, "second:also-ada": 1}


def test_a_sign_in_of_somebody_else_is_not_connected(two, ada, fake):
    fake.person = GRACE
    two.test_client().sign_in("second")

    assert error_of(ada.press_and_return("/account/connections/second")) == "identity_taken"
    assert owners(two) == {"fake:1815": 1, "second:1906": 2}


def test_disconnect_one_of_two(two, ada):
    ada.press_and_return("/account/connections/second")
    ada.press("/account/connections/1/unlink")

    assert owners(two) == {"second:1815": 1}
    assert ada.user()["id"] == "1"


def test_the_last_sign_in_stays(app, signed_in):
    signed_in.press("/account/connections/1/unlink")

    assert "This is the only way to sign in" in signed_in.get("/account/connections").text
    assert owners(app) == {"fake:1815": 1}


# --- "You already have an account": somebody new has a verified address that is known


@pytest.fixture
def new(two, ada):
    """Another browser of Ada's, in which she has tried `second` and is asked for `fake`."""
    browser = two.test_client()
    assert browser.sign_in("second", next="/notes").location == "/login/same-address"
    return browser


def test_a_known_address_stops_at_a_page(two, new):
    page = new.get("/login/same-address").text

    assert new.user() is None
    assert owners(two) == {"fake:1815": 1}
    assert "ada@example.com" in page
    assert "Continue with Fake" in page
    assert "Continue with Second" not in page


def test_the_sign_in_that_is_known_connects_the_new_one(two, new):
    assert new.sign_in("fake", next="/notes", held="1").location == "/notes"
    assert owners(two) == {"fake:1815": 1, "second:1815": 1}
    assert "Second is now connected" in new.get("/").text


def test_signing_in_to_another_account_connects_nothing(two, new, fake):
    fake.person = GRACE
    new.sign_in("fake", held="1")

    assert owners(two) == {"fake:1815": 1, "fake:1906": 2}
    assert "Second was not connected" in new.get("/").text


def test_a_separate_account_can_be_had(two, new):
    assert new.press("/login/same-address").location == "/notes"
    assert owners(two) == {"fake:1815": 1, "second:1815": 2}
    # What waited is used up.
    assert new.press("/login/same-address").location == "/login"


# --- Signing in anew, for a step that somebody at an open browser must not take


def eleven_minutes_later(app):
    change(app, update(LoginSession).values(authenticated_at=now() - timedelta(minutes=11)))


def test_a_fresh_sign_in_is_asked_for(app, signed_in, fake):
    eleven_minutes_later(app)
    answer = signed_in.press("/account/export", back="/account/export")

    assert answer.location == "/account/reauthenticate?next=/account/export"
    assert "Confirm it's you" in signed_in.get(answer.location).text
    fake.claims = {"auth_time": int(now().timestamp())}
    back = signed_in.press_and_return("/account/reauthenticate/fake", next="/account/export")
    assert back.location == "/account/export"
    assert signed_in.press("/account/export").status_code == 200


def test_somebody_else_is_no_proof(app, signed_in, fake):
    eleven_minutes_later(app)
    fake.person, fake.claims = GRACE, {"auth_time": int(now().timestamp())}
    answer = signed_in.press_and_return("/account/reauthenticate/fake")

    assert error_of(answer) == "other_account"


@pytest.mark.parametrize("path", ["/account/connections/second", "/account/reauthenticate/fake"])
@pytest.mark.parametrize(
    "statement",
    [delete(LoginSession), update(User).values(disabled_at=now())],
    ids=["the session is ended", "the account is disabled"],
)
def test_what_ends_while_the_provider_is_asked_stays_ended(two, ada, fake, path, statement):
    fake.claims = {"auth_time": int(now().timestamp())}
    fake.meanwhile = lambda: change(two, statement)
    answer = ada.press_and_return(path)

    assert error_of(answer) == "invalid_callback"
    assert owners(two) == {"fake:1815": 1}
    assert ada.user() is None


# --- Signing out


def test_signing_out_ends_this_browser_s_session(app, signed_in):
    other = app.test_client()
    other.sign_in()
    answer = signed_in.press("/logout")

    assert answer.location == "/"
    assert signed_in.user() is None
    assert [row.id for row in rows(app, LoginSession)] == [2]
    assert other.user()
    # Once more changes nothing.
    assert signed_in.press("/logout").location == "/"


def test_signing_out_takes_a_form(signed_in):
    page = signed_in.get("/logout")
    assert page.status_code == 200
    assert 'action="/logout"' in page.text
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


def test_a_provider_may_have_a_name_of_its_own_for_the_way_back(app, fake):
    fake.metadata = {"end_session_endpoint": f"{fake.issuer}/logout"}
    clients = settings_of(app).clients
    ours = replace(clients["fake"].provider, post_logout_param="logout_uri")
    clients["fake"] = replace(clients["fake"], provider=ours)
    browser = app.test_client()
    browser.sign_in()
    browser.press("/logout")

    assert "/logout?client_id=our-id&amp;logout_uri=http" in browser.get("/").text


# --- The provider signs somebody out: Back-Channel Logout


def post_logout(app, token):
    return app.test_client().post("/backchannel-logout/fake", data={"logout_token": token})


@pytest.mark.parametrize("named", [{"sub": "1815"}, {"sid": "there"}], ids=["person", "session"])
def test_the_provider_signs_out_whom_it_names(app, fake, named):
    ada, grace = app.test_client(), app.test_client()
    fake.claims = {"sid": "there"}
    ada.sign_in()
    fake.person, fake.claims = GRACE, {"sid": "elsewhere"}
    grace.sign_in()
    answer = post_logout(app, fake.logout_token(**named))

    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert ada.user() is None
    assert grace.user()


def test_a_bad_logout_token_signs_nobody_out(app, fake, signed_in):
    good = fake.logout_token(sub="1815")
    for token in ("", "a.b.c", good[:-8] + "AAAAAAAA", fake.logout_token(sub="1815", nonce="n")):
        answer = post_logout(app, token)
        assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})

    assert post_logout(app, fake.logout_token(sub="1815 ")).status_code == 200
    assert app.test_client().post("/backchannel-logout/nobody").status_code == 404
    assert signed_in.user()


# --- Who tries too often


@pytest.fixture
def limited(make_app):
    return make_app({"RATELIMIT_ENABLED": "1", "RATELIMIT_LOGIN": "3 per hour"})


def test_starts_are_counted(limited):
    browser = limited.test_client()
    callback = browser.to_callback()
    assert [browser.press("/login/fake").status_code for _ in range(3)] == [303, 303, 429]

    # Whoever is under way arrives all the same.
    assert browser.get(callback).location == "/"


def test_forged_logout_tokens_are_counted(limited):
    assert [post_logout(limited, "x").status_code for _ in range(4)] == [400, 400, 400, 429]


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("a pipe", "unknown"),
    ],
)
def test_whom_an_address_counts_for(app, remote, counted):
    with app.test_request_context(environ_base={"REMOTE_ADDR": remote}):
        assert address() == counted
