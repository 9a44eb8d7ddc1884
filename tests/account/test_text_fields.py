"""Text that a browser can send and a database may refuse."""

from collections.abc import Iterator

import pytest
from harness.app_server import RunningApp, running_app
from harness.counting_provider import CountingProvider
from harness.visitor import Visitor, text_of

from .conftest import ADA, PROVIDERS

ODD = ["\0", "a\0b", "\0\0 ", "x" * 5000 + "\0"]


@pytest.fixture(scope="module")
def on_both(database: str, crowd_provider: CountingProvider) -> Iterator[RunningApp]:
    with running_app(database, crowd_provider.settings_for(*PROVIDERS)) as app:
        yield app


@pytest.fixture
def ada_on_both(on_both: RunningApp, crowd_provider: CountingProvider) -> Iterator[Visitor]:
    with Visitor(on_both.url, crowd_provider) as browser:
        browser.sign_in("alpha", ADA)
        yield browser


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize(
    ("path", "field"), [("/notes", "body"), ("/account", "name"), ("/account", "picture")]
)
def test_nul_is_an_error_of_its_field(
    path: str, field: str, text: str, on_both: RunningApp, ada_on_both: Visitor
) -> None:
    before = on_both.rows("notes"), on_both.rows("users")
    fields = {"name": "Ada", "picture": "initials"} if path == "/account" else {}
    answer = ada_on_both.press(path, **fields | {field: text})
    assert answer.status_code == 200
    # Nothing shows the choice of a picture to somebody who has none.
    assert field == "picture" or "aria-invalid" in answer.text
    assert (on_both.rows("notes"), on_both.rows("users")) == before


def test_the_message_says_what_to_do(ada_on_both: Visitor) -> None:
    assert "Remove the invisible characters" in text_of(ada_on_both.press("/notes", body="a\0b"))


@pytest.mark.parametrize("text", ["👩‍👩‍👧", "e\u0301 \u00a0 עברית", "tab\there", "\u202e"])
def test_other_text_is_taken(text: str, on_both: RunningApp, ada_on_both: Visitor) -> None:
    assert ada_on_both.press("/notes", body=text).status_code == 303
    assert on_both.rows("notes")[-1]["body"] == text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/login/alpha", {"next": "/\0", "held": "\0"}),
        ("/account/connections/beta", {"back": "\0"}),
        ("/account/reauthenticate/alpha", {"next": "\0"}),
        ("/account/delete", {"sure": "", "back": "\0"}),
        ("/account/connections/\0", {}),
        ("/login/same-address", {"x": "\0"}),
    ],
)
def test_nul_elsewhere(path: str, fields: dict[str, str], ada_on_both: Visitor) -> None:
    assert ada_on_both.press(path.replace("\0", "%00"), **fields).status_code < 500


@pytest.mark.parametrize(
    "path",
    ["/invite/%00", "/login?next=%00", "/callback/alpha?state=%00&code=%00", "/login/error/%00"],
)
def test_nul_in_an_address(path: str, ada_on_both: Visitor) -> None:
    assert ada_on_both.visit(path).status_code < 500
