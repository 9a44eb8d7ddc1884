"""From a generated app to "signed in": a few clicks, and no editor.

The app runs as `make run` runs it, with its reloader.  GitHub is a stand-in, made from its
documentation; the OpenID Provider is oidc-provider.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from harness.node_servers import openid_provider
from harness.ports import free_port
from playwright.sync_api import Page, expect

from browser.test_setup import GitHub

SOMEBODY = {
    "client_id": "another",
    "client_secret": "a-secret-of-some-length",
    "redirect_uris": ["https://another.example/callback"],
}


class WholeGitHub(GitHub):
    """It also signs people in: one click agrees."""

    def page(self, path: str, query: dict[str, list[str]]) -> str:
        assert path == "/login/oauth/authorize"
        assert query["client_id"] == ["Iv1.made"]
        answer = urlencode({"code": "sign-in", "state": query["state"][0]})
        return f'<h1>Authorize</h1><a href="{query["redirect_uri"][0]}?{answer}">Authorize</a>'

    def api(self, path: str) -> object:
        answers = {
            "/login/oauth/access_token": {"access_token": "gho_1", "token_type": "bearer"},
            "/api/v3/user": {"id": 1, "login": "octocat", "name": "The Octocat", "email": None},
            "/api/v3/user/emails": [
                {"email": "octocat@example.org", "primary": True, "verified": True}
            ],
        }
        return answers[path]


@pytest.fixture
def github() -> Iterator[WholeGitHub]:
    running = WholeGitHub()
    yield running
    running.stop()


@pytest.fixture
def serve(generate: Callable[..., Path]) -> Iterator[Callable[..., str]]:
    """Generate an app and run it, with these variables."""
    running = []

    def started(providers: str, **environ: str) -> str:
        app, port = generate(providers=providers), free_port()
        subprocess.run([sys.executable, "-m", "flask", "db", "upgrade"], cwd=app, check=True)
        process = subprocess.Popen(
            [sys.executable, "scripts/run.py", str(port)],
            cwd=app,
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        running.append(process)
        assert process.stdout
        url = process.stdout.readline().split()[1]
        wait_for(url)
        return url

    yield started
    for process in running:
        os.killpg(process.pid, 15)
        process.communicate()


def wait_for(url: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            requests.get(f"{url}/healthz", timeout=10)
            return
        except requests.ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.2)


def test_five_clicks(serve: Callable[..., str], github: WholeGitHub, page: Page) -> None:
    expect.set_options(timeout=30_000)
    url = serve("github", GITHUB_BASE_URL=github.url)
    page.goto(url)
    page.get_by_role("link", name="Development setup").click()
    page.get_by_role("button", name="Register here, by one click").click()
    page.get_by_role("link", name="Create GitHub App").click()
    page.get_by_role("button", name="Continue with GitHub").click(timeout=30_000)
    page.get_by_role("link", name="Authorize").click()

    expect(page).to_have_url(f"{url}/")
    expect(page.get_by_text("The Octocat").first).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {}


def test_any_openid_provider(serve: Callable[..., str], page: Page) -> None:
    """Three clicks in the app; the others are the provider's own."""
    expect.set_options(timeout=30_000)
    with openid_provider(SOMEBODY, registration=True) as (issuer, _):
        url = serve("none")
        page.goto(url)
        page.get_by_role("link", name="Development setup").click()
        page.get_by_label("Name").fill("Tide House")
        page.get_by_label("Address (issuer)").fill(issuer)
        page.get_by_role("button", name="Add this provider").click()
        page.get_by_role("button", name="Continue with Tide House").click(timeout=30_000)
        page.get_by_placeholder("Enter any login").fill("ada")
        page.get_by_placeholder("and password").fill("any")
        page.get_by_role("button", name="Sign-in").click()
        page.get_by_role("button", name="Continue").click()

        expect(page).to_have_url(f"{url}/")
        expect(page.get_by_role("link", name="Devices").first).to_be_visible()


def test_an_openid_provider_that_registers_nobody(serve: Callable[..., str], page: Page) -> None:
    """After the restart the page shows why, and what to do by hand.

    A problem stands where the form is, since the page scrolls there.
    """
    expect.set_options(timeout=30_000)
    with openid_provider(SOMEBODY) as (issuer, _):
        page.goto(f"{serve('none')}/dev/setup")
        page.get_by_label("Name").fill("Tide House")
        page.get_by_label("Address (issuer)").fill(f"{issuer}/nothing")
        page.get_by_role("button", name="Add this provider").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was written")
        expect(page.get_by_role("alert")).to_be_in_viewport()
        expect(page.get_by_label("Name")).to_have_value("Tide House")
        page.get_by_label("Address (issuer)").fill(issuer)
        page.get_by_role("button", name="Add this provider").click()
        reason = "Tide House takes no registrations by itself: follow its steps."
        expect(page.get_by_role("alert")).to_have_text(reason)
        card = page.get_by_role("region", name="Tide House")
        expect(card.get_by_text("/callback/tide_house")).to_be_visible()
        card.get_by_label("OIDC_TIDE_HOUSE_CLIENT_ID").fill("our-id")
        card.get_by_label("OIDC_TIDE_HOUSE_CLIENT_SECRET").fill("our-secret")
        card.get_by_role("button", name="Write to .env").click()
        expect(page.get_by_role("heading", name="Tide House is ready")).to_be_visible()
