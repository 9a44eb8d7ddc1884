"""Every page, light and dark, on a phone and on a desk: looked at by Chromium and by axe."""

from collections.abc import Iterator

import pytest
from harness.app_server import RunningApp, running_app
from playwright.sync_api import BrowserContext, Page

from .looks import problems_in_each_look

OPEN_TO_ALL = (
    "/",
    "/login",
    "/login?next=/notes",
    "/login/github",
    "/login/corp",
    "/logout",
    "/invite/nothing",
    "/login/error/provider_unavailable",
    "/login/error/login_expired?r=0123456789abcdef",
    "/nothing-here",
    "/dev/setup",
)

# Yellow can hardly be seen on white, and dark blue hardly on black.
COLORS = ("#ffd400", "#00107a")


def pages_for_users(app: RunningApp, context: BrowserContext) -> Iterator[str]:
    """Yield the address of every page that takes no argument."""
    for rule in app.app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        answer = context.request.get(app.url + rule.rule)
        if "text/html" in answer.headers["content-type"]:
            yield rule.rule
    yield "/admin/users/1"
    yield "/admin/?search=nobody"


def test_pages_for_everybody(app: RunningApp, page: Page, no_complaints: list[str]) -> None:
    found = {}
    for path in OPEN_TO_ALL:
        page.goto(app.url + path)
        found[path] = problems_in_each_look(page, no_complaints)
    page.goto(f"{app.url}/login")
    page.get_by_role("button", name="Continue with Practice provider").click()
    page.wait_for_url("**/dev/practice/**")
    page.locator("details > summary").click()
    found["practice"] = problems_in_each_look(page, no_complaints)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_pages_for_users(
    app: RunningApp, context: BrowserContext, page: Page, no_complaints: list[str]
) -> None:
    page.goto(f"{app.url}/login?next=/notes")
    page.get_by_role("button", name="Continue with GitHub").first.click()
    page.wait_for_url(f"{app.url}/notes")
    app.app.test_cli_runner().invoke(args=["users", "make-admin", "1"])
    found = {}
    for path in pages_for_users(app, context):
        page.goto(app.url + path)
        found[path] = problems_in_each_look(page, no_complaints)
    page.locator(".menu > summary").click()
    found["the menu"] = problems_in_each_look(page, no_complaints)
    assert {"/", "/notes", "/account/connections", "/admin/", "/account/tokens"} <= found.keys()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("color", COLORS)
def test_a_color_of_the_owner(
    color: str, sqlite_url: str, page: Page, no_complaints: list[str]
) -> None:
    settings = {"APP_ACCENT": color, "TERMS_URL": "/terms", "PRIVACY_URL": "/privacy"}
    found = {}
    with running_app(sqlite_url, settings) as app:
        for path in ("/", "/login", "/login/practice"):
            page.goto(app.url + path)
            found[path] = problems_in_each_look(page, no_complaints)
        page.get_by_role("button", name="Continue with Practice provider").click()
        page.get_by_role("button", name="Ada Lovelace").click()
        page.goto(f"{app.url}/account")
        found["/account"] = problems_in_each_look(page, no_complaints)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_long_words_fit(
    app: RunningApp, context: BrowserContext, page: Page, no_complaints: list[str]
) -> None:
    """Names and notes come from people; a long one must not push the page out of the window."""
    page.goto(f"{app.url}/login?next=/notes")
    page.get_by_role("button", name="Continue with GitHub").first.click()
    page.get_by_role("textbox", name="Note").fill("W" * 300)
    page.get_by_role("button", name="Add note").click()
    assert page.get_by_text("W" * 300).is_visible()
    assert problems_in_each_look(page, no_complaints) == {}
