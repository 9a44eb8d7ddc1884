"""A browser without a screen: Flask's test client, which also finds its way to the provider."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Browser(FlaskClient):
    """One person's browser.  Redirects are followed only where a method says so."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            settings = self.application.extensions["signin"].settings
            options.setdefault("buffered", True)
            options.setdefault("base_url", settings.public_url)
        return super().open(*args, **options)

    def press(
        self, path: str, headers: Mapping[str, str] | None = None, **fields: str
    ) -> TestResponse:
        """Press a button: send a form, with the CSRF token of this browser."""
        page = self.get("/login").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, "no form on the page"
        return self.post(path, data={"csrf_token": unescape(token[1]), **fields}, headers=headers)

    def start(self, provider: str = "fake", **fields: str) -> TestResponse:
        """Press a provider's button; return the app's answer, which leads to the provider."""
        answer = self.press(f"/login/{provider}", **fields)
        assert answer.status_code == 303
        return answer

    def to_callback(self, provider: str = "fake", **fields: str) -> str:
        """Go to the provider and agree there; return where it sends the browser back to."""
        return callback_after(self.start(provider, **fields))

    def sign_in(self, provider: str = "fake", **fields: str) -> TestResponse:
        """Go the whole way; return the app's answer to the callback."""
        return self.get(self.to_callback(provider, **fields))

    def press_and_return(self, path: str, **fields: str) -> TestResponse:
        """Press a button that leads to the provider, and come back from there."""
        return self.get(callback_after(self.press(path, **fields)))

    def user(self) -> dict[str, Any] | None:
        """Return who is signed in, as /session tells it."""
        return self.get("/session").get_json()["user"]


def callback_after(answer: TestResponse) -> str:
    """Go to the provider that an answer leads to; return where that sends the browser back to."""
    with requests.Session() as session:
        session.trust_env = False
        back = session.get(answer.location, allow_redirects=False)
    parts = urlsplit(back.headers["Location"])
    return f"{parts.path}?{parts.query}"


def error_of(answer: TestResponse) -> str | None:
    """Return the code of the error page that an answer leads to, or None."""
    assert answer.status_code == 303
    found = re.match(r"/login/error/(\w+)", answer.location)
    return found[1] if found else None
