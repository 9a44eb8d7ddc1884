"""A person's browser, light enough that hundreds run in one process."""

import http.client
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

from harness.counting_provider import CountingProvider, Someone

SECONDS = 30
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Unexpected(Exception):
    """The app gave another answer than it must give."""


class Away(Exception):
    """The app says that it cannot do this now, or does not answer at all."""


@dataclass
class Answer:
    """What a request was answered with; `to` is the path that it redirects to."""

    status: int
    to: str
    text: str


@dataclass
class Visitor:
    """One browser at the app behind the proxy, of somebody who is known to a provider.

    `persons` says as whom they sign in at `people`, by the provider's name.
    """

    port: int
    trust: ssl.SSLContext
    people: CountingProvider
    persons: Mapping[str, Someone]
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPSConnection | None = None

    def ask(self, method: str, url: str, form: dict[str, str] | None = None) -> Answer:
        """Return the answer to one request.

        :raises Away: there is none, or it says "unavailable".
        """
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        origin = f"https://localhost:{self.port}"
        headers = {"Cookie": "; ".join(f"{name}={it}" for name, it in self.cookies.items())}
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": origin,
                "Referer": f"{origin}/",
            }
        body = urlencode(form) if form is not None else None
        try:
            if self.connection is None:
                self.connection = http.client.HTTPSConnection(
                    "localhost", self.port, timeout=SECONDS, context=self.trust
                )
            self.connection.request(method, path, body, headers)
            got = self.connection.getresponse()
            text = got.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            raise Away(f"{method} {parts.path}: {type(error).__name__}") from error
        self._keep(got)
        answer = Answer(got.status, got.getheader("Location", "").removeprefix(origin), text)
        if answer.status >= 500 or answer.to.startswith("/login/error/unavailable"):
            by = "the app" if got.getheader("X-Request-ID") else "the proxy"
            raise Away(f"{method} {parts.path}: {answer.status} by {by} {answer.to[:40]}".rstrip())
        return answer

    def _keep(self, got: http.client.HTTPResponse) -> None:
        for line in got.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value

    def hang_up(self) -> None:
        """Close the connection; the next request opens one."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def press(self, page: str, path: str, **fields: str) -> Answer:
        """Send a form that stands on a page."""
        shown = self.ask("GET", page)
        found = TOKEN.search(shown.text)
        if found is None:
            raise Unexpected(f"no form on {page}: {shown.status} {shown.to}")
        return self.ask("POST", path, {"csrf_token": unescape(found[1]), **fields})

    def go(self, page: str, path: str, provider: str) -> Answer:
        """Press a button that leads to the provider, sign in there, and come back.

        :returns: the app's answer to the callback.
        """
        sent = self.press(page, path)
        if sent.status != 303 or not sent.to.startswith(self.people.url):
            raise Unexpected(f"POST {path}: {sent.status} {sent.to}")
        return self.ask("GET", self.people.sign_in(sent.to, self.persons[provider]))

    def sign_in(self, provider: str) -> None:
        """Sign in.

        :raises Unexpected: the app refuses.
        """
        answer = self.go("/login", f"/login/{provider}", provider)
        if (answer.status, answer.to) != (303, "/"):
            raise Unexpected(f"callback of {provider}: {answer.status} {answer.to}")

    def link(self, provider: str) -> None:
        """Connect another sign-in.

        :raises Unexpected: the app refuses.
        """
        page = "/account/connections"
        answer = self.go(page, f"{page}/{provider}", provider)
        if (answer.status, answer.to) != (303, "/account/connections"):
            raise Unexpected(f"link of {provider}: {answer.status} {answer.to}")

    def who(self) -> str | None:
        """Return the text of `/session` where somebody is signed in, else None."""
        answer = self.ask("GET", "/session")
        return answer.text if answer.status == 200 else None
