"""From a generated app to "signed in with GitHub": five clicks, and no editor.

The app runs as `make run` runs it, with its reloader.  GitHub is a stand-in, made from its
documentation.
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
from harness.ports import free_port
from playwright.sync_api import Page, expect

from browser.test_setup import GitHub


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
def served(generate: Callable[..., Path], github: WholeGitHub) -> Iterator[str]:
    app, port = generate(providers="github"), free_port()
    subprocess.run([sys.executable, "-m", "flask", "db", "upgrade"], cwd=app, check=True)
    process = subprocess.Popen(
        [sys.executable, "scripts/run.py", str(port)],
        cwd=app,
        env={**os.environ, "GITHUB_BASE_URL": github.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    url = process.stdout.readline().split()[1]
    wait_for(url)
    yield url
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


def test_five_clicks(served: str, github: WholeGitHub, page: Page) -> None:
    expect.set_options(timeout=30_000)
    page.goto(served)
    page.get_by_role("link", name="Development setup").click()
    page.get_by_role("button", name="Register here, by one click").click()
    page.get_by_role("link", name="Create GitHub App").click()
    page.get_by_role("button", name="Continue with GitHub").click(timeout=30_000)
    page.get_by_role("link", name="Authorize").click()

    expect(page).to_have_url(f"{served}/")
    expect(page.get_by_text("The Octocat").first).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {}
