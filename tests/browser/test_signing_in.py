"""Signing in as people do, with a real browser."""

import threading

from harness.app_server import RunningApp
from harness.counting_provider import CountingProvider, counting_provider
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=f"Continue with {label}", exact=True).click()


def expect_signed_in(page: Page, name: str = "Person 1") -> None:
    expect(page.locator(".menu > summary").get_by_text(name)).to_be_visible()


def sign_out(page: Page) -> None:
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_sign_in_and_out(app: RunningApp, page: Page, no_complaints: list[str]) -> None:
    page.goto(f"{app.url}/notes")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/notes")
    expect_signed_in(page)
    sign_out(page)
    page.wait_for_url(f"{app.url}/")
    expect(page.locator(".menu")).to_have_count(0)

    # Nothing of the account comes back out of the browser's memory.
    page.go_back()
    expect(page.locator(".menu")).to_have_count(0)

    page.goto(f"{app.url}/login")
    used = page.get_by_role("listitem").filter(has_text="Last used")
    expect(used.get_by_role("button", name="Continue with GitHub")).to_be_visible()
    assert no_complaints == []


def test_keyboard_only(app: RunningApp, page: Page) -> None:
    page.goto(f"{app.url}/login")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        if "Continue with GitHub" in page.evaluate("document.activeElement.textContent"):
            break
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style != "none", "the focus cannot be seen"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{app.url}/")
    expect_signed_in(page)


def test_without_javascript(app: RunningApp, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{app.url}/login?next=/notes")
    press(page, "Corp")
    page.wait_for_url(f"{app.url}/notes")
    expect_signed_in(page)
    page.get_by_role("textbox", name="Note").fill("Written without scripts")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Written without scripts")).to_be_visible()
    sign_out(page)
    page.wait_for_url(f"{app.url}/")
    context.close()


def test_provider_that_sends_on_to_a_company(
    app: RunningApp, provider: CountingProvider, page: Page, no_complaints: list[str]
) -> None:
    """A browser applies form-action to every redirect: a third site must be allowed too."""
    with counting_provider("localhost") as company:
        provider.detour = company.url
        page.goto(f"{app.url}/login")
        press(page, "Corp")
        page.wait_for_url(f"{app.url}/")
        assert [call.name for call in company.take_calls()] == ["GET /company"]
    expect_signed_in(page)
    assert no_complaints == []


def test_other_forms_stay_here(app: RunningApp, page: Page, no_complaints: list[str]) -> None:
    """On a page that starts no sign-in, an injected form leads nowhere else."""
    page.goto(f"{app.url}/login")
    press(page, "GitHub")
    page.goto(f"{app.url}/notes")
    page.evaluate("document.querySelector('main form').action = 'http://127.0.0.1:1/'")
    page.get_by_role("textbox", name="Note").fill("For somebody else")
    page.get_by_role("button", name="Add note").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert page.url == f"{app.url}/notes"
    assert any("form-action" in text for text in no_complaints)


def test_pages_cannot_be_framed(app: RunningApp, provider: CountingProvider, page: Page) -> None:
    def frames(route: Route) -> None:
        sources = "".join(
            f'<iframe src="{app.url}{path}"></iframe>' for path in ("/login", "/", "/nothing-here")
        )
        route.fulfill(content_type="text/html", body=sources)

    page.route(f"{provider.url}/frames", frames)
    page.goto(f"{provider.url}/frames")
    assert [frame.url.partition(":")[0] for frame in page.frames[1:]] == ["chrome-error"] * 3


def test_form_older_than_the_cookies(app: RunningApp, context: BrowserContext, page: Page) -> None:
    page.goto(f"{app.url}/login?next=/notes")
    context.clear_cookies()
    press(page, "Corp")
    expect(page.get_by_role("alert")).to_contain_text("This page has expired")
    press(page, "Corp")
    page.wait_for_url(f"{app.url}/notes")
    expect_signed_in(page)


def test_sign_in_in_another_tab_meanwhile(
    app: RunningApp, context: BrowserContext, page: Page
) -> None:
    page.goto(f"{app.url}/login")
    other = context.new_page()
    other.goto(f"{app.url}/login")
    press(other, "GitHub")
    expect_signed_in(other)
    press(page, "GitHub")
    if page.get_by_role("alert").count():
        press(page, "GitHub")
    page.wait_for_url(f"{app.url}/")
    expect_signed_in(page)


def test_two_logins_at_once_in_one_browser(
    app: RunningApp, provider: CountingProvider, context: BrowserContext, page: Page
) -> None:
    """Two tabs wait at the provider at the same time; both come back."""
    arrived: list[str] = []
    go_on = threading.Event()

    def before(name: str) -> None:
        if name == "GET /agreed":
            arrived.append(name)
            go_on.wait(30)

    provider.before = before
    other = context.new_page()
    tabs = {page: "/notes", other: "/account"}
    for tab, wanted in tabs.items():
        tab.goto(f"{app.url}/login?next={wanted}")
        tab.get_by_role("button", name="Continue with Corp").click(no_wait_after=True)
    while len(arrived) < 2:
        page.wait_for_timeout(50)
    go_on.set()
    for tab, wanted in tabs.items():
        tab.wait_for_url(f"{app.url}{wanted}")
        expect_signed_in(tab)


def test_a_fragment_of_the_provider_does_not_stay(app: RunningApp, page: Page) -> None:
    """Facebook adds `#_=_` to the callback; a browser keeps a fragment through redirects."""
    page.route("**/callback/github?*", lambda route: _add_fragment(route))
    page.goto(f"{app.url}/login?next=/notes%3Fa%3D1")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/notes?a=1")
    expect_signed_in(page)
    assert page.evaluate("location.href") == f"{app.url}/notes?a=1"


def _add_fragment(route: Route) -> None:
    if "#" in route.request.url or "again" in route.request.url:
        route.continue_()
        return
    location = f"{route.request.url}&again=1#_=_"
    route.fulfill(status=302, headers={"Location": location})
