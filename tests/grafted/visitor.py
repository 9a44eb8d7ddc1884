"""A browser at a sample app: Flask's test client, which fills in the hidden fields of forms."""

import re
import sys
from html import unescape
from typing import Any

from kinds import Kind

BASE = "http://localhost:5000"
HIDDEN = re.compile(r"<input[^>]*>")


class Visitor:
    """One browser."""

    def __init__(self, app: Any, kind: Kind) -> None:
        self.client, self.kind = app.test_client(), kind

    def get(self, path: str) -> Any:
        return self.client.get(path, base_url=BASE)

    def post(self, path: str) -> Any:
        return self.client.post(path, base_url=BASE)

    def send(self, path: str, page: str, **fields: str) -> Any:
        """Send a form with the hidden fields that stand on a page."""
        return self.client.post(path, data=hidden(self.get(page).text) | fields, base_url=BASE)

    def register(self, who: str) -> Any:
        fields = {**self.kind.fields, **self.kind.new_fields, "password": "{who}-and-a-secret"}
        return self.send(self.kind.register, self.kind.register, **for_person(fields, who))

    def with_password(self, who: str, *, remember: bool = False, **wrong: str) -> Any:
        """Sign in the way that the app had before."""
        fields = {**self.kind.fields, "password": "{who}-and-a-secret"}
        more = {self.kind.remember: "y"} if remember else {}
        fields = for_person(fields, who) | more | wrong
        return self.send(self.kind.login, self.kind.login, **fields)

    def sees_own_page(self, who: str) -> bool:
        answer = self.get(self.kind.mine.format(who=who))
        return answer.status_code == 200 and self.kind.shows.format(who=who) in answer.text

    def log_out(self) -> Any:
        method, path = self.kind.logout
        return self.get(path) if method == "GET" else self.send(path, "/")

    def start(self, person: str, path: str = "/login/corp", page: str | None = None) -> Any:
        """Press a provider's button, and come back as `person`."""
        answer = self.send(self.at(path), page or self.at(path))
        assert answer.status_code == 303, (answer.status_code, answer.location, answer.text)
        print(f"{person} {answer.location}", flush=True)
        return self.get(sys.stdin.readline().strip())

    def at(self, path: str) -> str:
        """Return the address of a page of sign-in in this app."""
        return self.kind.prefix + path

    def connect(self, person: str) -> Any:
        page = self.at("/account/connections")
        return self.start(person, "/account/connections/corp", page)

    def disconnect(self) -> Any:
        page = self.at("/account/connections")
        found = re.search(r'action="([^"]+/unlink)"', self.get(page).text)
        assert found, self.get(page).text
        return self.send(found[1], page)

    def who(self) -> Any:
        return self.get(self.at("/session")).json["user"]


def hidden(page: str) -> dict[str, str]:
    found = {}
    for tag in HIDDEN.findall(page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("type") == "hidden" and attributes.get("name") not in ("next", "held"):
            found[attributes["name"]] = unescape(attributes["value"])
    return found


def for_person(fields: dict[str, str], who: str) -> dict[str, str]:
    return {name: value.format(who=who) for name, value in fields.items()}
