"""Live pages in a browser: parts that are replaced, a notice, and the way to the sign-in page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from harness.app_server import RunningApp
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete, insert, update

from .looks import problems, take_look
from .test_tables import store

NEW_NOTE = "a note from the other browser"
# It is two seconds, as tests/live measures; a browser beside other tests may show it later.
UPDATED = 10_000
# A socket that is open for a moment, and then ends without a code.
LOSES_ITS_CODE = """
window.WebSocket = class {
  constructor() {
    setTimeout(() => { this.onopen(); setTimeout(() => this.onclose({ code: 1006 })); });
  }
  close() {}
};
"""


@pytest.fixture
def other(chromium: Browser) -> Iterator[Page]:
    """A page of another browser."""
    context: BrowserContext = chromium.new_context()
    yield context.new_page()
    context.close()


def sign_in(app: RunningApp, page: Page, path: str) -> None:
    page.goto(f"{app.url}/login?next={path}")
    page.get_by_role("button", name="Continue with GitHub").first.click()
    page.wait_for_url(app.url + path)
    page.evaluate("window.kept = true")


def an_hour_ago(app: RunningApp) -> None:
    """Make what has happened so far old, so that it is no news."""
    from app.signin.database import now
    from app.signin.models import AuditEvent, LiveEvent, LoginSession

    before = now() - timedelta(hours=1)
    tables: tuple[Any, ...] = (AuditEvent, LiveEvent, LoginSession)
    store(app, *(update(table).values(created_at=before) for table in tables))


def add_note(page: Page, text: str = NEW_NOTE) -> None:
    page.get_by_role("textbox", name="Note", exact=True).fill(text)
    page.get_by_role("button", name="Add note").click()


def sockets(app: RunningApp) -> list[Any]:
    return list(app.app.extensions["live"]._sockets)


def wait_for_socket(app: RunningApp, page: Page, count: int = 1) -> None:
    for _ in range(100):
        if len(sockets(app)) == count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(sockets(app))} sockets, not {count}")


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("desk", "light")])
def test_a_sign_in_and_a_sign_out_elsewhere(
    app: RunningApp, page: Page, other: Page, no_complaints: list[str], size: str, theme: Any
) -> None:
    take_look(page, size, theme)
    sign_in(app, page, "/account/sessions")
    an_hour_ago(app)
    page.reload()
    page.evaluate("window.kept = true")
    wait_for_socket(app, page)
    assert page.locator(".row").count() == 1
    sign_in(app, other, "/account/connections")
    expect(page.locator(".row")).to_have_count(2, timeout=UPDATED)
    notice = page.get_by_role("status").filter(has_text="another device")
    expect(notice).to_be_visible()
    expect(page.locator("time").first).not_to_contain_text("UTC")
    assert problems(page, no_complaints) == {}
    assert page.evaluate("window.kept")
    # Whoever has just signed in is told nothing.
    assert other.get_by_text("another device").count() == 0
    page.get_by_role("button", name="Sign out Chrome").click()
    other.wait_for_url(f"{app.url}/login?next=%2Faccount%2Fconnections", timeout=UPDATED)
    expect(page.locator(".row")).to_have_count(1)
    expect(page.get_by_text("That device has been signed out.")).to_be_visible()


def test_a_code_that_gets_lost(app: RunningApp, page: Page) -> None:
    """A proxy may end a socket without the code that says why: the page asks by itself."""
    sign_in(app, page, "/account/sessions")
    page.add_init_script(LOSES_ITS_CODE)
    with page.expect_response("**/session") as asked:
        page.reload()
    assert asked.value.status == 200
    with app.app.app_context():
        from app.db import db
        from app.signin.models import LoginSession

        db.session.execute(delete(LoginSession))
        db.session.commit()
    page.wait_for_url(f"{app.url}/login?next=%2Faccount%2Fsessions", timeout=UPDATED)


def test_notes_of_two_browsers(
    app: RunningApp, page: Page, other: Page, no_complaints: list[str]
) -> None:
    sign_in(app, page, "/notes")
    sign_in(app, other, "/notes")
    an_hour_ago(app)
    cells = page.locator(".data-table textarea")
    expect(cells).to_have_count(1)
    page.get_by_role("textbox", name="Note", exact=True).fill("half a sen")
    wait_for_socket(app, page, 2)
    add_note(other)
    expect(cells).to_have_count(2, timeout=UPDATED)
    # What is typed outside of the part stays, and the table works as before.
    expect(page.get_by_role("textbox", name="Note", exact=True)).to_have_value("half a sen")
    cells.first.fill("being written")
    assert page.get_by_role("button", name="Save").count() == 1
    add_note(other, "one more")
    expect(other.locator(".data-table textarea")).to_have_count(3)
    page.wait_for_timeout(2500)
    expect(cells).to_have_count(2)
    expect(cells.first).to_have_value("being written")
    # Now it is not in use any more.
    cells.first.press("Escape")
    cells.first.blur()
    expect(cells).to_have_count(3, timeout=UPDATED)
    other.get_by_role("button", name="Delete").first.click()
    expect(cells).to_have_count(2, timeout=UPDATED)
    assert page.evaluate("window.kept")
    assert problems(page, no_complaints) == {}


def test_what_has_not_changed_is_not_replaced(app: RunningApp, page: Page) -> None:
    from app.signin.models import LiveEvent

    sign_in(app, page, "/notes")
    an_hour_ago(app)
    page.reload()
    wait_for_socket(app, page)
    page.evaluate("document.querySelector('[data-part]').kept = true")
    with page.expect_response("**/notes"):
        store(app, insert(LiveEvent).values(user_id=1, event='{"changed": "notes"}'))
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('[data-part]').kept")


def test_a_page_comes_back_by_itself(app: RunningApp, page: Page) -> None:
    from app.home.models import Note
    from app.live import hub

    sign_in(app, page, "/notes")
    an_hour_ago(app)
    wait_for_socket(app, page)
    before = sockets(app)
    for socket in before:
        hub.close(socket.ws, hub.TRY_AGAIN_LATER, "")
    # Not told of by any event.
    store(app, insert(Note).values(user_id=1, body="meanwhile"))
    expect(page.locator(".data-table textarea")).to_have_count(2, timeout=6000)
    assert not set(before) & set(sockets(app))
    assert page.evaluate("window.kept")


def test_a_hidden_page_gives_its_place_away(app: RunningApp, page: Page) -> None:
    page.clock.install()
    sign_in(app, page, "/account/activity")
    wait_for_socket(app, page)
    look = """hidden => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(look, True)
    page.clock.fast_forward(50_000)
    page.wait_for_timeout(300)
    assert len(sockets(app)) == 1
    page.clock.fast_forward(11_000)
    wait_for_socket(app, page, 0)
    page.clock.fast_forward(600_000)
    page.wait_for_timeout(300)
    assert sockets(app) == []
    page.evaluate(look, False)
    wait_for_socket(app, page, 1)


def test_an_end_while_nobody_looked(app: RunningApp, page: Page, other: Page) -> None:
    """The page asks only when it is looked at again; then it goes to the sign-in page."""
    sign_in(app, page, "/account/activity")
    wait_for_socket(app, page)
    page.context.set_offline(True)
    from app.live import hub

    for socket in sockets(app):
        hub.close(socket.ws, hub.GOING_AWAY, "")
    wait_for_socket(app, page, 0)
    sign_in(app, other, "/account/sessions")
    other.get_by_role("button", name="Sign out all other devices").click()
    other.get_by_text("All other devices").first.wait_for()
    page.context.set_offline(False)
    page.wait_for_url(f"{app.url}/login?next=%2Faccount%2Factivity", timeout=15_000)
