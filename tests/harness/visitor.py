"""Somebody with a browser who presses buttons, and signs in at a provider as whom they like."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import requests

from .browser import Browser
from .counting_provider import CountingProvider, Someone


class Visitor(Browser):
    """A browser at one app.  Redirects are not followed, but where a method says so."""

    def __init__(self, app_url: str, people: CountingProvider) -> None:
        super().__init__(app_url)
        self.people = people

    def press(self, path: str, **fields: str) -> requests.Response:
        """Send a form with the CSRF token of this browser."""
        form = {"csrf_token": self.csrf_token(), **fields}
        return self.post(self.app_url + path, data=form, allow_redirects=False)

    def leave(self, path: str, **fields: str) -> str:
        """Press a button that leads to the provider; return the address there."""
        answer = self.press(path, **fields)
        assert answer.status_code == 303, answer.text
        location = answer.headers["Location"]
        assert location.startswith(self.people.url), location
        return location

    def come_back(self, location: str, person: Someone) -> requests.Response:
        """Sign in at the provider and return the app's answer to the callback."""
        return self.visit(self.people.sign_in(location, person))

    def visit(self, url: str) -> requests.Response:
        """Open an address or a path."""
        url = url if url.startswith("http") else self.app_url + url
        return self.get(url, allow_redirects=False)

    def page(self, path: str) -> str:
        """Return the text of a page, with its entities resolved and without line breaks."""
        answer = self.visit(path)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
        return text_of(answer)

    def callback_url(self, provider: str, person: Someone, **fields: str) -> str:
        """Begin a login and sign in at the provider; return the callback URL, unvisited."""
        return self.people.sign_in(self.leave(f"/login/{provider}", **fields), person)

    def sign_in(self, provider: str, person: Someone, **fields: str) -> requests.Response:
        """Go the whole way of a login; return the app's answer to the callback."""
        return self.visit(self.callback_url(provider, person, **fields))

    def link(self, provider: str, person: Someone) -> requests.Response:
        """Connect another sign-in; return the app's answer to the callback."""
        return self.come_back(self.leave(f"/account/connections/{provider}"), person)

    def confirm(self, provider: str, person: Someone, next_url: str = "/") -> requests.Response:
        """Sign in once more, as proof; return the app's answer to the callback."""
        path = f"/account/reauthenticate/{provider}"
        return self.come_back(self.leave(path, next=next_url), person)

    def who(self) -> dict[str, Any] | None:
        """Return who is signed in, as /session tells it."""
        user: dict[str, Any] | None = self.session_json()["user"]
        return user


def text_of(answer: requests.Response) -> str:
    """Return a page's main part as a reader sees it, without tags."""
    main = answer.text.partition("<main")[2].partition("</main>")[0] or answer.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", f"<{main}")).split())


def error_of(answer: requests.Response) -> str:
    """Return the code of the error page that an answer leads to."""
    assert answer.status_code == 303, answer.status_code
    path = urlsplit(answer.headers["Location"]).path
    assert path.startswith("/login/error/"), path
    return path.removeprefix("/login/error/")


def went_to(answer: requests.Response) -> str:
    """Return the path that an answer redirects to."""
    assert answer.status_code == 303, (answer.status_code, answer.text[:500])
    return answer.headers["Location"]
