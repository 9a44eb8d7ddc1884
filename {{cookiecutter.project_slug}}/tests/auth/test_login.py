"""One login, from the button to the session; and everything that must not end in one."""

import hmac
import json
import logging
from base64 import urlsafe_b64encode
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy.exc import OperationalError

from app.auth import pending
from app.db import db
from app.models import AuditEvent, Identity, PendingLogin, User
from tests.conftest import PRODUCTION


def error_of(answer):
    """Return the code of the error page that an answer leads to."""
    assert answer.status_code == 303
    assert answer.location.startswith("/login/error/"), answer.location
    return urlsplit(answer.location).path.removeprefix("/login/error/")


def changed(callback, **parameters):
    """Return a callback URL with some parameters replaced; None leaves one out."""
    parts = urlsplit(callback)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | parameters
    return f"{parts.path}?{urlencode({n: v for n, v in query.items() if v is not None})}"


def count(app, model):
    with app.app_context():
        return db.session.query(model).count()


# --- A login that goes well


def test_a_whole_login(browser, fake):
    answer = browser.sign_in(next="/notes")

    assert answer.status_code == 303
    assert answer.location == "/notes"
    assert browser.user() == {
        "id": "1",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "email_verified": True,
        "picture": None,
        "is_admin": False,
    }
    assert fake.paths[-3:] == ["/authorize", "/token", "/jwks"]


def test_a_whole_login_in_production(make_app):
    browser = make_app(PRODUCTION).test_client()
    answer = browser.sign_in()

    assert answer.location == "/"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-"))
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert browser.user()


def test_the_request_to_the_provider(browser):
    query = parse_qs(urlsplit(browser.start()).query)

    assert query["redirect_uri"] == ["http://localhost:8000/callback/fake"]
    assert query["response_type"] == ["code"]
    assert query["scope"] == ["openid email profile"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["state"][0]) == len(query["nonce"][0]) == 43


def test_only_hashes_of_secrets_are_stored(app, browser):
    state = parse_qs(urlsplit(browser.start()).query)["state"][0]

    with app.app_context():
        row = db.session.query(PendingLogin).one()
    assert state not in vars(row).values()
    with browser.session_transaction() as cookie:
        assert state not in cookie.values()


def test_the_login_page_marks_the_provider_used_last(signed_in):
    assert "Last used" in signed_in.get("/login").text


def test_several_logins_at_once(browser):
    first, second = browser.to_callback(next="/first"), browser.to_callback(next="/second")

    assert browser.get(second).location == "/second"
    assert browser.get(first).location == "/first"


def test_at_most_ten_logins_at_once(browser):
    callbacks = [browser.to_callback() for _ in range(11)]

    assert error_of(browser.get(callbacks[0])) == "login_expired"
    assert browser.get(callbacks[1]).location == "/"


# --- Starting one


def test_a_link_starts_nothing(browser):
    answer = browser.get("/login/fake?next=/notes")

    assert answer.status_code == 200
    assert "Continue with Fake" in answer.text
    assert 'name="next" value="/notes"' in answer.text


def test_a_form_without_its_token_starts_nothing(browser):
    answer = browser.post("/login/fake", data={"next": "/notes"})

    assert answer.status_code == 400
    assert "open too long" in answer.text
    assert 'name="next" value="/notes"' in answer.text


def test_a_form_of_another_site_starts_nothing(browser):
    here, elsewhere = {"Origin": "http://localhost:8000"}, {"Origin": "https://evil.example"}

    assert browser.press("/login/fake", headers=here).status_code == 303
    assert browser.press("/login/fake", headers=elsewhere).status_code == 400


@pytest.mark.parametrize("path", ["/login/nobody", "/callback/nobody?state=x", "/login/error/no"])
def test_an_unknown_provider_is_not_there(browser, path):
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_no_login_ends_at_another_site(browser, wanted):
    assert browser.sign_in(next=wanted).location == "/"


def test_the_callback_does_not_say_where_to_go(browser):
    assert browser.get(browser.to_callback() + "&next=/elsewhere").location == "/"


# --- An answer in the browser that is refused, before the provider is asked anything

BAD_ANSWERS = {
    "no state": ({"state": None}, "invalid_callback"),
    "a state of nobody's": ({"state": "never-issued"}, "login_expired"),
    "another issuer": ({"iss": "https://evil.example"}, "invalid_callback"),
    "no issuer, though promised": ({"iss": None}, "invalid_callback"),
    "no code": ({"code": None}, "invalid_callback"),
    "a code with a line end": ({"code": "a\r\nb"}, "invalid_callback"),
    "code and error": ({"error": "access_denied"}, "invalid_callback"),
    "an error": ({"code": None, "error": "invalid_scope"}, "provider_refused"),
    "an error that passes": ({"code": None, "error": "server_error"}, "provider_unavailable"),
}


@pytest.mark.parametrize(("parameters", "code"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer_is_refused(app, browser, fake, parameters, code):
    answer = browser.get(changed(browser.to_callback(), **parameters))

    assert error_of(answer) == code
    assert "/token" not in fake.paths
    assert browser.user() is None
    assert count(app, User) == 0


def test_an_answer_with_two_states_is_refused(browser):
    assert error_of(browser.get(browser.to_callback() + "&state=another")) == "invalid_callback"


def test_an_answer_works_once(browser, fake):
    callback = browser.to_callback()
    browser.get(callback)

    assert error_of(browser.get(callback)) == "login_expired"
    assert fake.paths.count("/token") == 1
    assert browser.user()["name"] == "Ada Lovelace"


def test_an_answer_works_in_its_own_browser_only(app, browser):
    callback, other = browser.to_callback(), app.test_client()

    assert error_of(other.get(callback)) == "login_expired"
    assert other.user() is None
    assert browser.get(callback).location == "/"


def test_an_answer_works_at_its_own_provider_only(make_app, fake):
    second = {"ISSUER": fake.issuer, "CLIENT_ID": "our-id", "CLIENT_SECRET": "our-own-secret"}
    app = make_app({f"OIDC_SECOND_{ending}": value for ending, value in second.items()})
    browser = app.test_client()
    callback = browser.to_callback("fake")

    assert error_of(browser.get(callback.replace("/fake", "/second"))) == "login_expired"
    assert browser.get(callback).location == "/"


def test_an_answer_that_comes_too_late(make_app, monkeypatch):
    browser = make_app({"PENDING_LOGIN_SECONDS": "60"}).test_client()
    callback = browser.to_callback()
    later = pending.now() + timedelta(seconds=61)
    monkeypatch.setattr(pending, "now", lambda: later)

    assert error_of(browser.get(callback)) == "login_expired"


def test_a_person_who_cancels_is_back_at_the_login_page(browser, fake):
    fake.answer = {"code": None, "error": "access_denied"}
    answer = browser.get(browser.to_callback(next="/notes"))

    assert answer.location == "/login?next=/notes"
    page = browser.get(answer.location)
    assert page.status_code == 200
    assert "You cancelled" in page.text


# --- An ID Token that is refused

BAD_CLAIMS = {
    "another nonce": {"nonce": "of-another-login"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 1_000_000_000},
    "issued long ago": {"iat": 1_000_000_000},
    "nobody": {"sub": None},
    "a sub too long": {"sub": "1" * 256},
}


@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_a_bad_id_token_is_refused(app, browser, fake, claims):
    fake.claims = claims

    assert error_of(browser.sign_in()) == "provider_error"
    assert browser.user() is None
    assert count(app, Identity) == 0


def compact(header, claims, signature=lambda text: b""):
    """Return a token made by hand: no library would make these."""
    parts = [json.dumps(part).encode() for part in (header, claims)]
    text = b".".join(map(base64url, parts))
    return f"{text.decode()}.{base64url(signature(text)).decode()}"


def base64url(part):
    return urlsafe_b64encode(part).rstrip(b"=")


def without_signature(fake, claims):
    return compact({"alg": "none"}, claims)


def signed_with_the_public_key(fake, claims):
    public = fake.key.as_pem(private=False)
    return compact({"alg": "HS256"}, claims, lambda text: hmac.digest(public, text, "sha256"))


def with_a_bad_signature(fake, claims):
    return fake.sign(claims)[:-8] + "AAAAAAAA"


def no_token(fake, claims):
    return None


@pytest.mark.parametrize(
    "forge", [without_signature, signed_with_the_public_key, with_a_bad_signature, no_token]
)
def test_a_forged_id_token_is_refused(browser, fake, forge):
    fake.make_id_token = lambda claims: forge(fake, claims)

    assert error_of(browser.sign_in()) == "provider_error"
    assert browser.user() is None


def test_a_provider_that_changes_its_keys(browser, fake):
    browser.sign_in()
    fake.key = RSAKey.generate_key(2048, {"kid": "2027"})

    assert browser.sign_in().location == "/"


# --- A token endpoint that does not give any

TOKEN_ANSWERS = {
    "it fails": (500, {}, "provider_unavailable", 503),
    "too many requests": (429, {}, "provider_unavailable", 503),
    "the code is not good": (400, {"error": "invalid_grant"}, "login_expired", 400),
    "the secret is wrong": (401, {"error": "invalid_client"}, "provider_misconfigured", 502),
    "an error with status 200": (200, {"error": "oops"}, "provider_error", 502),
    "no token": (200, {"token_type": "Bearer"}, "provider_error", 502),
    "not an object": (200, ["tokens"], "provider_error", 502),
}


@pytest.mark.parametrize(
    ("status", "body", "code", "page_status"), TOKEN_ANSWERS.values(), ids=TOKEN_ANSWERS
)
def test_a_token_endpoint_that_refuses(browser, fake, status, body, code, page_status):
    fake.token_answer = status, body
    answer = browser.sign_in(next="/notes")

    assert error_of(answer) == code
    page = browser.get(answer.location)
    assert page.status_code == page_status
    assert 'href="/login?next=/notes"' in page.text
    assert browser.user() is None
    # It works again as soon as the provider does.
    fake.behave()
    assert browser.sign_in().location == "/"


def test_a_provider_that_is_down(make_app):
    app = make_app({"OIDC_FAKE_ISSUER": "http://127.0.0.1:9"})

    assert error_of(app.test_client().press("/login/fake")) == "provider_unavailable"


def test_a_database_that_fails(browser, monkeypatch):
    callback = browser.to_callback()

    def fail(*_args, **_options):
        raise OperationalError("SELECT", {}, Exception("password=hunter2"))

    monkeypatch.setattr(db.session, "commit", fail)
    answer = browser.get(callback)

    assert error_of(answer) == "unavailable"
    assert "hunter2" not in browser.get(answer.location).text


# --- What is kept of it


def test_every_refusal_is_an_event(app, browser, fake, caplog):
    fake.claims = {"nonce": "another"}
    with caplog.at_level(logging.INFO, logger="app.audit"):
        browser.sign_in()

    fields = [record.fields for record in caplog.records if record.name == "app.audit"]
    assert [(f["event"], f["provider"], f["reason"]) for f in fields] == [
        ("refused", "fake", "invalid_id_token")
    ]
    with app.app_context():
        event = db.session.query(AuditEvent).one()
        assert (event.event, event.reason, event.user_id) == ("refused", "invalid_id_token", None)


def test_what_a_stranger_sends_is_not_written_to_the_database(app, browser):
    browser.get("/callback/fake?state=never-issued&code=x")

    assert count(app, AuditEvent) == 0


def test_no_secret_is_logged(browser, fake, caplog):
    with caplog.at_level(logging.DEBUG):
        callback = browser.to_callback()
        browser.get(callback)
        fake.token_answer = 400, {"error": "invalid_grant"}
        browser.sign_in()

    values = [value for values in parse_qs(urlsplit(callback).query).values() for value in values]
    secrets = {*values, "our-own-secret", "an-access-token"} - {fake.issuer}
    assert not [secret for secret in secrets if secret in caplog.text]
