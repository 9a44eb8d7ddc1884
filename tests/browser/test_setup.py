"""The setup page in a browser: a registration by one click, and a trial."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from dotenv import dotenv_values
from harness.app_server import RunningApp, running_app
from harness.counting_provider import CountingProvider
from playwright.sync_api import Page, expect


class GitHub:
    """A stand-in for GitHub's form for new apps and its conversions, as it documents them."""

    def __init__(self) -> None:
        self.manifest: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.wrong_state = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def new_app(self, query: dict[str, list[str]], form: dict[str, list[str]]) -> str:
        """Return the page that asks whether to make the app."""
        self.manifest = json.loads(form["manifest"][0])
        self.codes["the-code"] = {"client_id": "Iv1.made", "client_secret": "made-secret"}
        state = "another" if self.wrong_state else query["state"][0]
        back = f"{self.manifest['redirect_url']}?code=the-code&state={state}"
        return f'<h1>Create {self.manifest["name"]}?</h1><a href="{back}">Create GitHub App</a>'

    def convert(self, code: str) -> tuple[int, dict[str, str]]:
        made = self.codes.pop(code, None)
        return (201, made) if made else (404, {"message": "Not Found"})

    def page(self, path: str, query: dict[str, list[str]]) -> str:
        """Return another page of this GitHub, as HTML."""
        raise AssertionError(path)

    def api(self, path: str) -> object:
        """Return another answer of this GitHub, as JSON."""
        raise AssertionError(path)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(github: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            if parts.path == "/settings/apps/new":
                self.reply(200, github.new_app(parse_qs(parts.query), parse_qs(body)), "text/html")
            elif parts.path.endswith("/conversions"):
                *_, place, code, _ = parts.path.split("/")
                assert place == "app-manifests"
                status, answer = github.convert(code)
                self.reply(status, json.dumps(answer), "application/json")
            else:
                self.reply(200, json.dumps(github.api(parts.path)), "application/json")

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path.startswith("/api/"):
                self.reply(200, json.dumps(github.api(parts.path)), "application/json")
            else:
                page = github.page(parts.path, parse_qs(parts.query))
                self.reply(200, page, "text/html")

        def reply(self, status: int, text: str, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


class ForgetsAtOnce(dict[str, dict[str, str]]):
    """Codes that nobody remembers."""

    def __setitem__(self, code: str, made: dict[str, str]) -> None:
        pass


@pytest.fixture
def github() -> Iterator[GitHub]:
    running = GitHub()
    yield running
    running.stop()


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from app.signin.dev import setup

    monkeypatch.setattr(setup, "ROOT", tmp_path)
    return tmp_path / ".env"


@pytest.fixture
def unset(github: GitHub, sqlite_url: str, env_file: Path) -> Iterator[RunningApp]:
    """An app whose GitHub is not set up."""
    from app.signin.providers import load

    environ = {"GITHUB_BASE_URL": github.url, "APP_NAME": "Field Notes"}
    with running_app(sqlite_url, environ, providers=load("github")) as running:
        yield running


def press(page: Page, app: RunningApp) -> None:
    page.goto(f"{app.url}/dev/setup#github")
    page.get_by_role("button", name="Register here, by one click").click()
    expect(page.get_by_role("heading", name="Create Field Notes?")).to_be_visible()
    page.get_by_role("link", name="Create GitHub App").click()


def test_a_github_app_by_one_click(
    unset: RunningApp, github: GitHub, env_file: Path, page: Page
) -> None:
    press(page, unset)
    expect(page.get_by_role("status")).to_contain_text(["Written into .env"])
    assert dotenv_values(env_file) == {
        "GITHUB_CLIENT_ID": "Iv1.made",
        "GITHUB_CLIENT_SECRET": "made-secret",
    }
    assert "made-secret" not in page.content()
    assert github.manifest == {
        "name": "Field Notes",
        "url": unset.url,
        "redirect_url": f"{unset.url}/dev/registered/github",
        "callback_urls": [f"{unset.url}/callback/github"],
        "public": True,
        "default_permissions": {"emails": "read"},
        "request_oauth_on_install": False,
    }


def test_what_another_browser_asked_for_is_not_taken(
    unset: RunningApp, github: GitHub, env_file: Path, page: Page
) -> None:
    """Otherwise a link could set the app up with somebody else's registration."""
    press(page, unset)
    env_file.unlink()
    link = f"{unset.url}/dev/registered/github"
    github.codes["the-code"] = {"client_id": "theirs", "client_secret": "theirs"}
    for query in ("?code=the-code&state=", "?code=the-code", "?code=../user&state=x", ""):
        page.goto(link + query)
        expect(page.get_by_text("is not set up")).to_be_visible()
    github.wrong_state = True
    press(page, unset)
    expect(page.get_by_text("is not set up")).to_be_visible()
    assert not env_file.exists()


def test_a_code_that_github_does_not_know(
    unset: RunningApp, github: GitHub, env_file: Path, page: Page
) -> None:
    github.codes = ForgetsAtOnce()
    press(page, unset)
    expect(page.get_by_text("GitHub is not set up")).to_be_visible()
    assert not env_file.exists()


def test_a_trial_in_the_browser(provider: CountingProvider, sqlite_url: str, page: Page) -> None:
    with running_app(sqlite_url, provider.settings, providers=()) as app:
        _try(app, page)


def _try(app: RunningApp, page: Page) -> None:
    page.goto(f"{app.url}/dev/setup#corp")
    page.get_by_role("region", name="Corp").get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="What Corp sent")).to_be_visible()
    expect(page.get_by_text("They would get a new account.")).to_be_visible()
    page.goto(f"{app.url}/session")
    assert "null" in page.content()
