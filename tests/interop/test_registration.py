"""The setup page registers the app at oidc-provider, and people sign in with what it wrote."""

import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from dotenv import dotenv_values
from harness.app_server import running_app
from harness.browser import Browser
from harness.node_servers import openid_provider
from harness.ports import free_port
from requests import Response

from .test_openid_providers import log_in

NOBODY = {
    "client_id": "another",
    "client_secret": "a-secret-of-some-length",
    "redirect_uris": ["https://another.example/callback"],
}


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from app.signin.dev import setup

    monkeypatch.setattr(setup, "ROOT", tmp_path)
    return tmp_path / ".env"


def send(browser: Browser, path: str, **fields: str) -> Response:
    """Send a form of the setup page; return the page after it."""
    page = browser.get(f"{browser.app_url}/dev/setup")
    assert f'action="{path}"' in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": unescape(token[1]), **fields}
    answer = browser.post(f"{browser.app_url}{path}", data=form, allow_redirects=False)
    assert answer.status_code == 303
    return browser.get(urljoin(answer.url, answer.headers["Location"]))


def message(page: Response) -> str:
    found = re.search(r'<p class="alert alert-(?:success|error)"[^>]*>(.*?)</p>', page.text, re.S)
    assert found, page.text
    return unescape(found[1])


def register(browser: Browser, **fields: str) -> str:
    """Press "Register here"; return the message on the page after it."""
    return message(send(browser, "/dev/register/corp", **fields))


@pytest.mark.parametrize("needed", [True, "the-token"])
def test_registered_by_a_click(needed: bool | str, sqlite_url: str, env_file: Path) -> None:
    port = free_port()
    with openid_provider(NOBODY, registration=needed) as (issuer, _):
        only_issuer = {"OIDC_CORP_ISSUER": issuer}
        with running_app(sqlite_url, only_issuer, port=port) as app:
            browser = Browser(app.url)
            if needed is not True:
                assert "has not registered this app" in register(browser)
                assert not env_file.exists()
            fields = {} if needed is True else {"initial_token": needed}
            assert "Written into .env: OIDC_CORP_CLIENT_ID" in register(browser, **fields)
        written = {name: value or "" for name, value in dotenv_values(env_file).items()}
        assert written["OIDC_CORP_AUTH_METHOD"] == "client_secret_basic"
        with running_app(sqlite_url, only_issuer | written, port=port) as app:
            assert log_in(Browser(app.url), "ada") == "/"


def test_one_that_takes_none(sqlite_url: str, env_file: Path) -> None:
    with (
        openid_provider(NOBODY) as (issuer, _),
        running_app(sqlite_url, {"OIDC_CORP_ISSUER": issuer}) as app,
    ):
        said = register(Browser(app.url))
    assert said == "Corp takes no registrations by itself: follow its steps."
    assert not env_file.exists()


@pytest.mark.parametrize("end", ["", "/", "/.well-known/openid-configuration"])
def test_any_provider_is_added_and_registered(end: str, sqlite_url: str, env_file: Path) -> None:
    port = free_port()
    with openid_provider(NOBODY, registration=True) as (issuer, _):
        with running_app(sqlite_url, port=port) as app:
            page = send(Browser(app.url), "/dev/openid", label="Tide Café", issuer=issuer + end)
            assert "Written into .env: OIDC_TIDE_CAFE_ISSUER" in message(page)
        written = {name: value or "" for name, value in dotenv_values(env_file).items()}
        assert written["OIDC_TIDE_CAFE_ISSUER"] == issuer
        assert written["OIDC_TIDE_CAFE_LABEL"] == "Tide Café"
        with running_app(sqlite_url, written, port=port) as app:
            ready = Browser(app.url).get(f"{app.url}/dev/ready/tide_cafe").text
            assert "Tide Café is ready" in ready
            assert log_in(Browser(app.url), "ada", provider="tide_cafe") == "/"


@pytest.mark.parametrize(
    ("registration", "why"),
    [(False, "takes no registrations by itself"), ("the-token", "has not registered this app: ")],
)
def test_added_where_the_app_is_registered_by_hand(
    registration: str | bool, why: str, sqlite_url: str, env_file: Path
) -> None:
    """The reason outlives the restart, and stands above the provider's steps."""
    port = free_port()
    with openid_provider(NOBODY, registration=registration) as (issuer, _):
        with running_app(sqlite_url, port=port) as app:
            browser = Browser(app.url)
            send(browser, "/dev/openid", label="Tide", issuer=issuer)
        written = {name: value or "" for name, value in dotenv_values(env_file).items()}
        assert written == {"OIDC_TIDE_ISSUER": issuer, "OIDC_TIDE_LABEL": "Tide"}
        with running_app(sqlite_url, written, port=port) as app:
            page = browser.get(f"{app.url}/dev/ready/tide")
            assert page.url == f"{app.url}/dev/setup#tide"
            assert message(page).startswith(f"Tide {why}")
            assert "Tide is not set up yet" in browser.get(f"{app.url}/dev/ready/tide").text


@pytest.mark.parametrize(
    ("label", "issuer", "why"),
    [
        ("日本", "{issuer}", "its name needs a letter from a to z"),
        ("a" * 41, "{issuer}", "at most 40 characters"),
        ("Tide", "", "its address is missing"),
        ("Corp", "{issuer}", "takes the name corp, which is in use"),
        ("Practice", "{issuer}", "practice… is reserved"),
        ("Tide", "http://login.example.org", "is not an https:// URL"),
        ("Tide", "{issuer}/.well-known/oauth-authorization-server", "must end before /.well-known"),
        ("Tide", "{issuer}/realms/none", "404"),
        ("Tide", "https://'{issuer}'", "is not an https:// URL"),
        ("Tide\n", "{issuer}\nSIGNUP=open", "is not an https:// URL"),
    ],
)
def test_what_is_not_added(
    label: str, issuer: str, why: str, sqlite_url: str, env_file: Path
) -> None:
    with openid_provider(NOBODY, registration=True) as (real, _):
        issuer = issuer.format(issuer=real)
        with running_app(sqlite_url, {"OIDC_CORP_ISSUER": real}) as app:
            page = send(Browser(app.url), "/dev/openid", label=label, issuer=issuer)
    assert message(page).startswith("Nothing was written")
    assert why in message(page)
    assert f'value="{escape(label.strip())}"' in page.text
    assert not env_file.exists()
