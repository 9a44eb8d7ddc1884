"""The setup page registers the app at oidc-provider, and people sign in with what it wrote."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from dotenv import dotenv_values
from harness.app_server import running_app
from harness.browser import Browser
from harness.node_servers import openid_provider
from harness.ports import free_port

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


def register(browser: Browser, **fields: str) -> str:
    """Press "Register here"; return the message on the page after it."""
    page = browser.get(f"{browser.app_url}/dev/setup")
    assert 'action="/dev/register/corp"' in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": unescape(token[1]), **fields}
    answer = browser.post(f"{browser.app_url}/dev/register/corp", data=form, allow_redirects=False)
    assert answer.status_code == 303
    page = browser.get(urljoin(answer.url, answer.headers["Location"]))
    found = re.search(r'<p class="alert alert-(?:success|error)"[^>]*>(.*?)</p>', page.text, re.S)
    assert found, page.text
    return unescape(found[1])


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
