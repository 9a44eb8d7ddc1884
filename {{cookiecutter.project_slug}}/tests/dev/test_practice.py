"""What helps in development: the practice provider, the setup page, one address for the app.

The app is served, since it calls the practice provider, which is part of it, over HTTP.
"""

import importlib
import re
import sys
import threading
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.serving import make_server

from app.signin.auth.buttons import MARKS
from app.signin.config.callback import HTTPS, needed_public_url
from app.signin.oauth.authorization import code_challenge
from tests.browser import error_of
from tests.conftest import PRODUCTION
from tests.examples import PLAIN

PRACTICE = [path.stem for path in sorted(MARKS.glob("practice*.svg"))]
VERIFIER = "a-code-verifier-of-at-least-43-characters-0123456789"


@pytest.fixture
def app(make_app):
    server = make_server("127.0.0.1", 0, None, threaded=True)
    server.app = make_app({"PUBLIC_URL": f"http://localhost:{server.server_port}"})
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.app
    server.shutdown()
    thread.join()
    server.server_close()


def clients(app):
    """Return the registrations at the practice provider, which the first request makes."""
    app.test_client().get("/healthz")
    found = app.extensions["signin"].settings.clients
    return {name: client for name, client in found.items() if name.startswith("practice")}


def policy(page):
    return page.headers["Content-Security-Policy"]


def choose(browser, persona, fault="", provider="practice", **typed):
    """Press a provider's button, then a person's; return the provider's answer."""
    page = browser.get(browser.start(provider).location)
    assert "Development only" in page.text
    assert "Set-Cookie" not in page.headers
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    form = {name: unescape(value) for name, value in fields}
    chosen = {"persona": persona, "fault": fault, **typed}
    return browser.post(page.request.path, data=form | chosen)


def pick(browser, persona, fault="", provider="practice", **typed):
    """Choose a person; return the app's answer to the callback."""
    return browser.get(choose(browser, persona, fault, provider, **typed).location)


# --- The practice provider


STRANGERS = {
    "another machine": {"environ_base": {"REMOTE_ADDR": "203.0.113.5"}},
    "a proxy": {"headers": {"X-Forwarded-For": "203.0.113.5"}},
    "a proxy that says Forwarded": {"headers": {"Forwarded": "for=203.0.113.5"}},
}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_strangers_cannot_use_it(stranger, make_app):
    urls = [
        f"/{path}" for path in ("login/practice", "dev/practice/authorize", "dev/practice/jwks")
    ]

    for setting, allowed in (({}, False), ({"PRACTICE_PROVIDER": "on"}, True)):
        client = make_app(setting).test_client()
        for url in urls:
            answer = client.get(url, base_url="http://localhost:8000", **stranger)
            assert (answer.status_code != 403) == allowed
            assert ("PRACTICE_PROVIDER=on" in answer.text) != allowed


@pytest.mark.parametrize("provider", PRACTICE)
@pytest.mark.parametrize(
    ("persona", "name", "email"),
    [("ada", "Ada Lovelace", "ada@example.com"), ("jean", "Jean Bartik", None)],
)
def test_whoever_is_picked_is_signed_in(browser, provider, persona, name, email):
    assert pick(browser, persona, provider=provider).location == "/"
    user = browser.user()
    assert (user["name"], user["email"], user["email_verified"]) == (name, email, bool(email))


@pytest.mark.parametrize("provider", PRACTICE)
def test_people_have_pictures(app, browser, provider):
    pick(browser, "ada", provider=provider)
    home = browser.get("/").text
    picture = re.search(r'<img src="([^"]+/pictures/[^"]+)"', home)[1]
    assert picture.startswith(f"{app.config['PUBLIC_URL']}/dev/practice/pictures/")
    answer = browser.get(urlsplit(picture).path)
    assert answer.mimetype == "image/svg+xml"
    assert browser.user()["picture"] is None


TYPED = {"typed_sub": " 4711 ", "typed_name": "Zoë", "typed_email": "zoe@corp.example"}


@pytest.mark.parametrize("provider", PRACTICE)
@pytest.mark.parametrize("verified", [True, False])
def test_a_person_can_be_typed_in(browser, provider, verified):
    fields = TYPED | ({"typed_email_verified": "1"} if verified else {})
    assert pick(browser, "typed", provider=provider, **fields).location == "/"
    user = browser.user()
    # The other kind of provider gives verified addresses only.
    address = "zoe@corp.example" if verified or provider == "practice" else None
    assert (user["name"], user["email"]) == ("Zoë", address)
    assert user["email_verified"] is verified
    first = user["id"]
    browser.press("/logout")
    pick(browser, "typed", provider=provider, typed_sub="4711")
    assert browser.user()["id"] == first


@pytest.mark.parametrize("provider", PRACTICE)
def test_a_person_without_an_id_is_not_taken(browser, provider):
    page = choose(browser, "typed", provider=provider, **TYPED | {"typed_sub": " "})
    assert page.status_code == 400
    assert "Enter a user ID." in page.text
    assert 'value="Zoë"' in page.text


@pytest.mark.parametrize("provider", PRACTICE)
def test_cancelling_leads_back_to_the_buttons(browser, provider):
    assert pick(browser, "", provider=provider).location == "/login"
    assert browser.user() is None


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("500", "provider_unavailable"),
        ("code", "login_expired"),
        ("state", "login_expired"),
        ("iss", "invalid_callback"),
        ("key", "provider_error"),
    ],
)
def test_a_failure_that_was_asked_for_ends_at_its_page(browser, fault, code):
    assert error_of(pick(browser, "ada", fault)) == code
    assert browser.user() is None


# --- It is as strict as a provider may be


def ask(app, method="POST", **changes):
    """Send an authorization request of our own making; return the practice provider's answer."""
    client = clients(app)["practice"]
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": "openid",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": code_challenge(VERIFIER),
        "code_challenge_method": "S256",
        "persona": "ada",
    }
    sent = {"query_string" if method == "GET" else "data": asked | changes}
    return app.test_client().open("/dev/practice/authorize", method=method, **sent)


def answer_to(app, **changes):
    query = parse_qs(urlsplit(ask(app, **changes).location).query)
    return {name: values[0] for name, values in query.items()}


def redeem(app, code, **changes):
    client = clients(app)["practice"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "code_verifier": VERIFIER,
    }
    return app.test_client().post("/dev/practice/token", data=form | changes)


def test_a_code_works_once(app):
    code = answer_to(app)["code"]

    assert redeem(app, code).status_code == 200
    assert redeem(app, code).json == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_verifier": VERIFIER[::-1]}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://localhost/elsewhere"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
    ],
)
def test_a_wrong_token_request_is_refused(app, wrong, error):
    answer = redeem(app, answer_to(app)["code"], **wrong)

    assert (answer.status_code, answer.json) == (400, {"error": error})


@pytest.mark.parametrize("left_out", ["state", "nonce", "code_challenge", "code_challenge_method"])
def test_a_request_without_protection_is_refused(app, left_out):
    answer = answer_to(app, **{left_out: ""})

    assert answer["error"] == "invalid_request"
    assert answer["iss"] == clients(app)["practice"].provider.issuer


def test_nobody_is_sent_to_another_redirect_uri(app):
    assert ask(app, redirect_uri="https://evil.example/callback/practice").status_code == 400


GUEST = {
    "client_id": "guest",
    "client_secret": "guest-secret",
    "redirect_uri": "http://localhost:5050/callback/practice",
}


def test_another_app_on_this_machine_may_use_it(app):
    code = answer_to(app, **GUEST)["code"]
    page = ask(app, "GET", **GUEST)

    assert redeem(app, code, **GUEST).json["token_type"] == "Bearer"
    assert "Sign in to guest" in page.text
    assert "form-action 'self' https: http://localhost:*" in policy(page)
    assert "form-action 'self';" in policy(ask(app, "GET"))


def test_the_code_of_one_client_is_nothing_to_the_other(app):
    theirs, ours = answer_to(app, **GUEST)["code"], answer_to(app)["code"]

    assert redeem(app, theirs).json == {"error": "invalid_grant"}
    assert redeem(app, ours, **GUEST).json == {"error": "invalid_grant"}
    assert redeem(app, ours, **GUEST | {"client_secret": ""}).json == {"error": "invalid_client"}


def test_the_guest_has_one_redirect_uri(app):
    for other in (clients(app)["practice"].redirect_uri, "http://localhost:5051/callback/practice"):
        assert ask(app, **GUEST | {"redirect_uri": other}).status_code == 400


# --- The setup page


def test_the_setup_page_says_what_to_copy(app, browser):
    page, settings = browser.get("/dev/setup").text, app.extensions["signin"].settings
    for provider in settings.providers:
        assert f'id="{provider.name}"' in page
        public_url = needed_public_url(provider, settings.public_url) or settings.public_url
        if public_url != HTTPS:
            assert f"<code>{public_url}/callback/{provider.name}</code>" in page
        assert provider.setting("CLIENT_ID") in page
        assert provider.console_url in page


@pytest.mark.parametrize(
    ("accepted", "public_url", "told"),
    [
        ("127.0.0.1", "http://localhost:8000", "PUBLIC_URL=http://127.0.0.1:8000"),
        ("127.0.0.1", "http://127.0.0.1:8000", ""),
        ("127.0.0.1", "https://otter.example", ""),
        ("", "http://localhost:8000", "PUBLIC_URL=https://…"),
        ("", "https://otter.example", ""),
        ("localhost", "http://127.0.0.1:8000", ""),
    ],
)
def test_a_provider_that_takes_no_localhost(make_app, accepted, public_url, told):
    declared = [replace(PLAIN, loopback_host=accepted)]
    app = make_app({"PUBLIC_URL": public_url}, declared=declared)
    page = app.test_client().get("/dev/setup", base_url=public_url).text
    listed = app.test_cli_runner().invoke(args=["providers"]).output

    assert ("does not accept this app" in page) is bool(told)
    assert ("    needs " in listed) is bool(told)
    assert told in listed
    callback = f"{told.removeprefix('PUBLIC_URL=') or public_url}/callback/plain"
    assert callback in listed
    assert (f"<code>{callback}</code>" in page) is ("…" not in told)


# --- One address


@pytest.fixture
def anywhere(make_app):
    """A browser at an app whose address is http://localhost:8000."""
    return make_app().test_client()


def test_another_spelling_of_the_host_is_redirected(anywhere):
    answer = anywhere.get("/login?next=/notes", base_url="http://127.0.0.1:8000")

    assert answer.status_code == 307
    assert answer.location == "http://localhost:8000/login?next=/notes"


def test_a_form_at_another_host_and_another_port_are_told_why(anywhere):
    for answer in (
        anywhere.post("/logout", base_url="http://127.0.0.1:8000"),
        anywhere.get("/login", base_url="http://localhost:9000"),
    ):
        assert answer.status_code == 400
        assert "PUBLIC_URL" in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/dev/setup"])
def test_some_pages_answer_at_any_host(anywhere, path):
    assert anywhere.get(path, base_url="http://127.0.0.1:8000").status_code == 200


# --- None of it in production


def test_production_has_none_of_it(make_app):
    app = make_app(PRODUCTION)
    browser = app.test_client()

    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev/")]
    assert "/dev/" not in browser.get("/").text
    assert clients(app) == {}


def test_production_cannot_import_it(monkeypatch):
    monkeypatch.setenv("APP_ENV", "production")
    monkeypatch.delitem(sys.modules, "app.signin.dev", raising=False)
    with pytest.raises(ImportError, match="development only"):
        importlib.import_module("app.signin.dev")
