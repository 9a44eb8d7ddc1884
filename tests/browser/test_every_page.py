"""Every page, light and dark, on a phone and on a desk: looked at by Chromium and by axe."""

from collections.abc import Iterator
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.node_servers import NODE
from playwright.sync_api import Browser, BrowserContext, Page

AXE = NODE / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"phone": (320, 640), "desk": (1280, 800)}
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


LOOKS = [(size, theme) for size in SIZES for theme in ("light", "dark")]
# Yellow can hardly be seen on white, and dark blue hardly on black.
COLORS = ("#ffd400", "#00107a")


@pytest.fixture
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    """The fixture of harness.chromium, in a size and a theme."""
    size, theme = request.param
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    yield context
    context.close()


def problems(page: Page, complaints: list[str]) -> dict[str, Any]:
    """Return what is wrong with the page that is open."""
    assert AXE.is_file(), "run `npm ci` in tests/node: axe-core is not installed"
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.evaluate(AXE.read_text())
    violations = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    found = {
        "too wide by": wide,
        "axe": [
            f"{violation['id']}: {node['html']} {node['failureSummary']}"
            for violation in violations
            for node in violation["nodes"]
        ],
        # A page that answers 404 is one that the browser "failed to load".
        "console": [text for text in complaints if "Failed to load resource" not in text],
    }
    complaints.clear()
    return {what: value for what, value in found.items() if value}


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


@pytest.mark.parametrize("context", LOOKS, indirect=True, ids="-".join)
def test_pages_for_everybody(app: RunningApp, page: Page, no_complaints: list[str]) -> None:
    found = {}
    for path in OPEN_TO_ALL:
        page.goto(app.url + path)
        found[path] = problems(page, no_complaints)
    page.goto(f"{app.url}/login")
    page.get_by_role("button", name="Continue with Practice provider").click()
    page.wait_for_url("**/dev/practice/**")
    page.locator("details > summary").click()
    found["practice"] = problems(page, no_complaints)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("context", LOOKS, indirect=True, ids="-".join)
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
        found[path] = problems(page, no_complaints)
    page.locator(".menu > summary").click()
    found["the menu"] = problems(page, no_complaints)
    assert {"/", "/notes", "/account/connections", "/admin/", "/account/tokens"} <= found.keys()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("context", LOOKS, indirect=True, ids="-".join)
@pytest.mark.parametrize("color", COLORS)
def test_a_color_of_the_owner(
    color: str, sqlite_url: str, page: Page, no_complaints: list[str]
) -> None:
    settings = {"APP_ACCENT": color, "TERMS_URL": "/terms", "PRIVACY_URL": "/privacy"}
    found = {}
    with running_app(sqlite_url, settings) as app:
        for path in ("/", "/login", "/login/practice"):
            page.goto(app.url + path)
            found[path] = problems(page, no_complaints)
        page.get_by_role("button", name="Continue with Practice provider").click()
        page.get_by_role("button", name="Ada Lovelace").click()
        page.goto(f"{app.url}/account")
        found["/account"] = problems(page, no_complaints)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("context", LOOKS, indirect=True, ids="-".join)
def test_long_words_fit(
    app: RunningApp, context: BrowserContext, page: Page, no_complaints: list[str]
) -> None:
    """Names and notes come from people; a long one must not push the page out of the window."""
    page.goto(f"{app.url}/login?next=/notes")
    page.get_by_role("button", name="Continue with GitHub").first.click()
    page.get_by_role("textbox", name="Note").fill("W" * 300)
    page.get_by_role("button", name="Add note").click()
    assert page.get_by_text("W" * 300).is_visible()
    assert problems(page, no_complaints) == {}
