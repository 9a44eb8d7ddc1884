"""The practice provider, over real HTTP: the app calls itself, as under `make run`."""

import re
import threading
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from werkzeug.serving import make_server

from app.oauth.authorization import code_challenge
from app.providers import PROVIDERS

GITHUB = ["practice-github"] if any(provider.name == "github" for provider in PROVIDERS) else []
VERIFIER = "a-code-verifier-of-at-least-43-characters-0123456789"


@pytest.fixture
def served(make_app):
    """The app on a port of its own; return it with its address."""
    server = make_server("localhost", 0, None, threaded=True)
    url = f"http://localhost:{server.server_port}"
    server.app = make_app({"PUBLIC_URL": url})
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.app, url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def fields(page):
    """Return the hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def pick(browser, url, provider, persona, fault=""):
    """Press a provider's button, then a person's; return the page where that ends."""
    button = fields(browser.get(f"{url}/login").text)
    page = browser.post(f"{url}/login/{provider}", data=button)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert "Development only" in page.text
    return browser.post(page.url, data=fields(page.text) | {"persona": persona, "fault": fault})


def user(browser, url):
    return browser.get(f"{url}/session").json()["user"]


@pytest.mark.parametrize("provider", ["practice", *GITHUB])
@pytest.mark.parametrize(
    ("persona", "name", "email"),
    [("ada", "Ada Lovelace", "ada@example.com"), ("jean", "Jean Bartik", None)],
)
def test_a_picked_person_is_signed_in(served, browser, provider, persona, name, email):
    _app, url = served
    assert pick(browser, url, provider, persona).url == f"{url}/"
    found = user(browser, url)
    assert (found["name"], found["email"]) == (name, email)
    assert found["email_verified"] == (email is not None)


@pytest.mark.parametrize("provider", ["practice", *GITHUB])
def test_cancelling_leads_back_to_the_buttons(served, browser, provider):
    _app, url = served
    assert urlsplit(pick(browser, url, provider, "").url).path == "/login"
    assert user(browser, url) is None


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
def test_a_failure_that_was_asked_for_ends_at_its_page(served, browser, fault, code):
    _app, url = served
    page = pick(browser, url, "practice", "ada", fault)
    assert urlsplit(page.url).path == f"/login/error/{code}"
    assert user(browser, url) is None


def request_of(client, **changes):
    """Return an authorization request of our own making."""
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": "openid",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    return asked | changes


@pytest.fixture
def client(served):
    """The app's registration at the practice provider, made with the first request."""
    app, url = served
    requests.get(f"{url}/healthz", timeout=5)
    return app.extensions["auth"].settings.clients["practice"]


def answer_of(client, asked):
    """Return the parameters that a browser is sent back with."""
    answer = requests.post(
        client.provider.authorization_endpoint, data=asked, timeout=5, allow_redirects=False
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{client.redirect_uri}?")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def redeem(client, code, **changes):
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "code_verifier": VERIFIER,
    }
    return requests.post(client.provider.token_endpoint, data=form | changes, timeout=5)


def test_a_code_works_once(client):
    code = answer_of(client, request_of(client, persona="ada"))["code"]
    assert redeem(client, code).status_code == 200
    assert redeem(client, code).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_verifier": VERIFIER[::-1]}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://localhost/elsewhere"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
    ],
)
def test_a_wrong_token_request_is_refused(client, wrong, error):
    code = answer_of(client, request_of(client, persona="ada"))["code"]
    answer = redeem(client, code, **wrong)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize("left_out", ["state", "nonce", "code_challenge", "code_challenge_method"])
def test_a_request_without_protection_is_refused(client, left_out):
    answer = answer_of(client, request_of(client, persona="ada", **{left_out: ""}))
    assert answer["error"] == "invalid_request"
    assert answer["iss"] == client.provider.issuer


def test_nobody_is_sent_to_another_redirect_uri(client):
    asked = request_of(client, redirect_uri=f"{client.redirect_uri}/", persona="ada")
    answer = requests.post(client.provider.authorization_endpoint, data=asked, timeout=5)
    assert answer.status_code == 400
    assert not answer.history
