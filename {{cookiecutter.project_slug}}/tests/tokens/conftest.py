"""What the tests of the API share: a person's program."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.browser import Browser


class Program:
    """A program that calls the API with a token, and has no cookies."""

    def __init__(self, app: Flask, token: str = "") -> None:
        self.client: FlaskClient = app.test_client(use_cookies=False)
        self.token = token

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.open(f"/api/v1/{path}", method=method, headers=headers, **options)

    def ask(self, scope: str = "notes:read", name: str = "a program") -> dict[str, Any]:
        """Ask for a device code."""
        answer = self.call("POST", "device", data={"client_id": name, "scope": scope})
        assert answer.status_code == 200
        return answer.get_json()

    def poll(self, device_code: str) -> Any:
        form = {"device_code": device_code, "client_id": "a program"}
        form["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code"
        return self.call("POST", "token", data=form)

    def refresh(self, token: str) -> Any:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.call("POST", "token", data=form)


def make_token(browser: Browser, *scopes: str, days: str = "30") -> str:
    """Make a personal token on its page."""
    fields: Any = {"name": "backup", "scopes": list(scopes), "days": days}
    page = browser.press("/account/tokens", **fields)
    found = re.search(r"<code>([a-z0-9]+_pat_\w+)</code>", page.text)
    assert found, page.text
    return found[1]


def approve(browser: Browser, user_code: str, answer: str = "agree") -> Any:
    """Answer a program on the page for it."""
    return browser.press("/device", user_code=user_code, answer=answer)


@pytest.fixture
def program(app: Flask) -> Program:
    return Program(app)


@pytest.fixture
def mine(app: Flask, signed_in: Browser) -> Callable[..., Program]:
    """Return a program with a personal token of Ada's."""
    return lambda *scopes: Program(app, make_token(signed_in, *scopes))


@pytest.fixture
def pair(program: Program, signed_in: Browser) -> dict[str, Any]:
    """The tokens of a program that Ada signed in with its code."""
    asked = program.ask("profile:read notes:read")
    approve(signed_in, asked["user_code"])
    answer = program.poll(asked["device_code"])
    assert answer.status_code == 200
    return answer.get_json()
