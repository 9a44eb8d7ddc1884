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
            options.setdefault("buffered", True)
            options.setdefault("base_url", self.application.extensions["auth"].settings.public_url)
        return super().open(*args, **options)

    def press(
        self, path: str, headers: Mapping[str, str] | None = None, **fields: str
    ) -> TestResponse:
        """Press a button: send a form, with the CSRF token of this browser."""
        page = self.get("/login").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, "no form on the page"
        return self.post(path, data={"csrf_token": unescape(token[1]), **fields}, headers=headers)

    def start(self, provider: str = "fake", **fields: str) -> str:
        """Press a provider's button; return the address at the provider that it leads to."""
        answer = self.press(f"/login/{provider}", **fields)
        assert answer.status_code == 303
        return answer.location

    def to_callback(self, provider: str = "fake", **fields: str) -> str:
        """Go to the provider, where all goes well; return where it sends the browser back to."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(self.start(provider, **fields), allow_redirects=False)
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"

    def sign_in(self, provider: str = "fake", **fields: str) -> TestResponse:
        """Go the whole way; return the app's answer to the callback."""
        return self.get(self.to_callback(provider, **fields))

    def user(self) -> dict[str, Any] | None:
        """Return who is signed in, as /session tells it."""
        return self.get("/session").get_json()["user"]
