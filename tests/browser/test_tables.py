"""Tables in a browser: swapped in place, edited by keyboard, and whole without JavaScript."""

from typing import Any

from harness.app_server import RunningApp
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert, update

from .looks import problems, problems_in_each_look

ADMIN_PAGES = (
    "/admin/",
    "/admin/?search=person&sort=name,-email&page=2",
    "/admin/?search=nobody",
    "/admin/users/1",
    "/admin/events",
    "/admin/invitations",
    "/admin/tokens",
)


def sign_in(app: RunningApp, page: Page) -> None:
    page.goto(f"{app.url}/login?next=/notes")
    page.get_by_role("button", name="Continue with GitHub").first.click()
    page.wait_for_url(f"{app.url}/notes")


def store(app: RunningApp, *statements: Any) -> None:
    from app.db import db

    with app.app.app_context():
        for statement in statements:
            db.session.execute(statement)
        db.session.commit()


def with_notes(app: RunningApp, page: Page, count: int) -> None:
    from app.home.models import Note

    sign_in(app, page)
    rows = [{"user_id": 1, "body": f"note {number}"} for number in range(count)]
    store(app, insert(Note).values(rows))
    page.reload()


def test_a_table_is_swapped_in_place(app: RunningApp, page: Page) -> None:
    with_notes(app, page, 40)
    page.evaluate("window.kept = true")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2**")
    page.get_by_label("Search").fill("note 39")
    page.get_by_label("Search").press("Enter")
    page.wait_for_url("**search=note**")
    expect(page.locator("textarea")).to_have_value("note 39")
    assert page.evaluate("window.kept")
    # The times of the new rows are told as those of the old ones.
    expect(page.locator("time").first).not_to_contain_text("UTC")


def test_a_cell_is_edited_by_keyboard(
    app: RunningApp, page: Page, no_complaints: list[str]
) -> None:
    with_notes(app, page, 1)
    page.evaluate("window.kept = true")
    cell = page.locator("textarea").first
    save = page.get_by_role("button", name="Save")
    assert save.count() == 0
    cell.fill("another")
    assert save.is_visible()
    cell.press("Escape")
    expect(cell).to_have_value("note 0")
    assert save.count() == 0
    cell.fill("another")
    cell.press("Enter")
    page.locator('textarea[data-saved="another"]').wait_for()
    cell.fill("")
    cell.press("Enter")
    error = page.locator(".cell-form .error")
    expect(error).to_have_text("Write something.")
    expect(cell).to_be_focused()
    no_complaints.clear()
    assert problems(page, no_complaints) == {}
    cell.press("Escape")
    expect(cell).to_have_value("another")
    expect(error).to_have_count(0)
    assert page.evaluate("window.kept")


def test_whoever_is_signed_out_goes_to_the_sign_in_page(app: RunningApp, page: Page) -> None:
    with_notes(app, page, 40)
    page.context.clear_cookies()
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**/login?next=**")


def test_without_javascript(app: RunningApp, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    with_notes(app, page, 40)
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2**")
    page.locator("textarea").first.fill("")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".cell-form .error")).to_have_text("Write something.")
    page.locator("textarea").first.fill("changed")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url("**page=2**")
    expect(page.locator("textarea").first).to_have_value("changed")
    context.close()


def test_pages_for_administrators(app: RunningApp, page: Page, no_complaints: list[str]) -> None:
    from app.models import User

    sign_in(app, page)
    people = [{"name": f"Person {n}", "email": f"p{n}@a-long-name.example.org"} for n in range(60)]
    store(app, update(User).values(is_admin=True), insert(User).values(people))
    found = {}
    for path in ADMIN_PAGES:
        page.goto(app.url + path)
        assert page.get_by_role("navigation", name="Admin").is_visible()
        found[path] = problems_in_each_look(page, no_complaints)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
