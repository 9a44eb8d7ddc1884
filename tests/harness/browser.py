"""A browser without a screen: cookies, redirects one at a time, and forms."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import requests


class Browser(requests.Session):
    """One person's browser at one app."""

    def __init__(self, app_url: str) -> None:
        super().__init__()
        self.trust_env = False
        self.app_url = app_url

    def csrf_token(self, page: str = "/login") -> str:
        """Return the token of the forms on a page."""
        html = self.get(self.app_url + page).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
        assert found, f"no form on {page}"
        return unescape(found[1])

    def start(self, provider: str, next_url: str | None = None, **fields: str) -> requests.Response:
        """Press a provider's button; return the answer, unfollowed."""
        form = {"csrf_token": self.csrf_token(f"/login/{provider}"), **fields}
        if next_url is not None:
            form["next"] = next_url
        return self.post(f"{self.app_url}/login/{provider}", data=form, allow_redirects=False)

    def hop(self, answer: requests.Response) -> requests.Response:
        """Follow one redirect."""
        return self.get(urljoin(answer.url, answer.headers["Location"]), allow_redirects=False)

    def to_callback(self, answer: requests.Response) -> str:
        """Follow redirects until one leads back to the app; return that callback URL, unvisited."""
        while True:
            location = urljoin(answer.url, answer.headers["Location"])
            if location.startswith(f"{self.app_url}/callback/"):
                return location
            answer = self.get(location, allow_redirects=False)

    def session_json(self) -> dict[str, Any]:
        """Return what /session says."""
        found: dict[str, Any] = self.get(f"{self.app_url}/session").json()
        return found

    def sub(self) -> str | None:
        """Return the id of who is signed in, or None."""
        user = self.session_json()["user"]
        return user["id"] if user else None
