"""Logins at GitHub and Google as emulate plays them, with the declarations that the app ships."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from harness import node_servers
from harness.app_server import RunningApp, running_app
from harness.browser import Browser
from harness.node_servers import NodeServer
from harness.ports import free_port

DISCOVERY = "GET /.well-known/openid-configuration"
GOOGLE_TOKEN = "POST /oauth2/token"
GOOGLE_KEYS = "GET /oauth2/v3/certs"
GITHUB_TOKEN = "POST /login/oauth/access_token"
GITHUB_PROFILE = ["GET /user", "GET /user/emails"]
FRONT_CHANNEL = ("/login/oauth/authorize", "/login/oauth/callback", "/o/oauth2/v2/auth")


class Emulated:
    """The app, and both providers."""

    def __init__(self, app: RunningApp, origin: str, server: NodeServer) -> None:
        self.app = app
        self._origin = origin
        self._server = server

    def browser(self) -> Browser:
        return Browser(self.app.url)

    def calls(self) -> list[str]:
        """Return what the app itself asked since the last time."""
        told = self._server.requests(self._origin)
        return [call for call in told if not call.split()[1].startswith(FRONT_CHANNEL)]


@pytest.fixture
def emulated(sqlite_url: str) -> Iterator[Emulated]:
    port, app_port = free_port(2), free_port()
    callback = f"http://localhost:{app_port}/callback"
    seed = {
        "github": {
            "users": [
                {"login": "octocat", "name": "The Octocat", "email": "octocat@github.com"},
                {"login": "quiet", "name": None, "email": None},
            ],
            "oauth_apps": [
                {
                    "client_id": "github-app",
                    "client_secret": "github-secret",
                    "name": "The kit",
                    "redirect_uris": [f"{callback}/github"],
                }
            ],
        },
        "google": {
            "users": [{"email": "ada@example.com", "name": "Ada Lovelace"}],
            "oauth_clients": [
                {
                    "client_id": "google-app",
                    "client_secret": "google-secret",
                    "redirect_uris": [f"{callback}/google"],
                }
            ],
        },
    }
    github, google = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    environ = {
        "GITHUB_BASE_URL": github,
        "GITHUB_API_URL": github,
        "GITHUB_CLIENT_ID": "github-app",
        "GITHUB_CLIENT_SECRET": "github-secret",
        "GOOGLE_ISSUER": google,
        "GOOGLE_CLIENT_ID": "google-app",
        "GOOGLE_CLIENT_SECRET": "google-secret",
    }
    with (
        node_servers.emulated(seed, port) as (_, server),
        running_app(sqlite_url, environ, port=app_port) as app,
    ):
        yield Emulated(app, github, server)


def to_callback(browser: Browser, provider: str, person: str) -> str:
    """Start a login and pick a person; return the callback URL, unvisited."""
    page = browser.hop(browser.start(provider))
    for form in re.findall(r"<form.*?</form>", page.text, re.S):
        fields = {
            name: unescape(value)
            for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)
        }
        if person in (fields.get("login"), fields.get("email")):
            action = re.search(r'action="([^"]+)"', form)
            assert action
            url = urljoin(page.url, unescape(action[1]))
            return browser.to_callback(browser.post(url, data=fields, allow_redirects=False))
    raise AssertionError(f"{person} is not on the page:\n{page.text}")


def finish(browser: Browser, callback: str) -> str:
    """Visit a callback URL; return the path that it leads to."""
    answer = browser.get(callback, allow_redirects=False)
    assert answer.status_code == 303
    return urlsplit(answer.headers["Location"]).path


def test_github(emulated: Emulated) -> None:
    octocat = emulated.browser()
    assert finish(octocat, to_callback(octocat, "github", "octocat")) == "/"
    first, *profile = emulated.calls()
    assert first == GITHUB_TOKEN
    assert sorted(profile) == GITHUB_PROFILE
    user = octocat.session_json()["user"]
    assert user["name"] == "The Octocat"
    assert user["email"] == "octocat@github.com"
    assert user["email_verified"] is True

    again = emulated.browser()
    finish(again, to_callback(again, "github", "octocat"))
    assert again.sub() == octocat.sub()
    (identity,) = emulated.app.rows("identities")
    assert identity["sub"].isdecimal()
    assert identity["preferred_username"] == "octocat"


def test_github_without_name_and_public_address(emulated: Emulated) -> None:
    browser = emulated.browser()
    assert finish(browser, to_callback(browser, "github", "quiet")) == "/"
    user = browser.session_json()["user"]
    assert user["name"] == "quiet"
    assert user["email_verified"] is (user["email"] is not None)


def test_github_takes_a_code_once(emulated: Emulated) -> None:
    """GitHub says so with status 200."""
    browser = emulated.browser()
    callback = to_callback(browser, "github", "octocat")
    finish(browser, callback)
    code = re.search(r"code=([^&]+)", callback)
    state = re.search(r"state=([^&]+)", to_callback(browser, "github", "octocat"))
    assert code
    assert state
    emulated.calls()
    replayed = f"{urlsplit(callback)._replace(query='').geturl()}?" + urlencode(
        {"code": code[1], "state": state[1]}
    )
    assert finish(browser, replayed) == "/login/error/login_expired"
    assert emulated.calls() == [GITHUB_TOKEN]
    assert "bad_verification_code" in emulated.app.log_text()


def test_google(emulated: Emulated) -> None:
    ada = emulated.browser()
    assert finish(ada, to_callback(ada, "google", "ada@example.com")) == "/"
    assert emulated.calls() == [DISCOVERY, GOOGLE_TOKEN, GOOGLE_KEYS]
    user = ada.session_json()["user"]
    assert user["name"] == "Ada Lovelace"
    assert user["email"] == "ada@example.com"
    assert user["email_verified"] is True

    again = emulated.browser()
    finish(again, to_callback(again, "google", "ada@example.com"))
    assert emulated.calls() == [GOOGLE_TOKEN]
    assert again.sub() == ada.sub()


def test_two_providers_are_two_people(emulated: Emulated) -> None:
    """No identity finds the account of another provider's."""
    at_github, at_google = emulated.browser(), emulated.browser()
    finish(at_github, to_callback(at_github, "github", "octocat"))
    finish(at_google, to_callback(at_google, "google", "ada@example.com"))
    assert at_github.sub() != at_google.sub()
    assert at_github.session_json()["provider"] == "github"
    assert at_google.session_json()["provider"] == "google"
