"""The flow inspector in a browser: without JavaScript, in each look, with every step open."""

from collections.abc import Iterator

import pytest
from harness.app_server import RunningApp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .looks import THEMES, problems_in_each_look, take_look


@pytest.fixture
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(java_script_enabled=getattr(request, "param", True))
    yield context
    context.close()


def sign_in(app: RunningApp, page: Page, fault: str = "") -> None:
    page.goto(f"{app.url}/login")
    page.get_by_role("button", name="Continue with Practice provider").click()
    page.get_by_label("Make the provider fail").select_option(fault)
    page.get_by_role("button", name="Ada Lovelace").click()


@pytest.mark.parametrize("context", [False], indirect=True)
def test_an_arrow_opens_without_javascript(app: RunningApp, page: Page) -> None:
    sign_in(app, page)
    page.get_by_role("link", name="Flow inspector", exact=True).click()
    steps = page.locator("details.step")
    exchange = steps.filter(has_text="/dev/practice/token")
    expect(exchange.get_by_text("code_verifier")).to_be_hidden()
    exchange.locator("summary").click()

    expect(exchange.get_by_text("code_verifier")).to_be_visible()
    expect(exchange.get_by_text("RFC 7636 §4.5")).to_be_visible()
    expect(page.locator("details.step[open]")).to_have_count(1)


def test_the_arrow_that_broke_is_red_and_open(
    app: RunningApp, page: Page, no_complaints: list[str]
) -> None:
    sign_in(app, page, fault="key")
    page.get_by_role("link", name="See this login step by step").click()

    expect(page.locator("details.step[open]")).to_have_count(1)
    broken = page.locator("details.step-failed")
    expect(broken.get_by_text("The login ended here: no key of the provider")).to_be_visible()
    others = page.locator("details.step:not(.step-failed) .arrow")
    for theme in THEMES:
        take_look(page, "desk", theme)
        red = broken.locator(".arrow").evaluate("arrow => getComputedStyle(arrow).stroke")
        assert red != others.first.evaluate("arrow => getComputedStyle(arrow).stroke")
    for summary in page.locator("details.step:not(.step-failed) > summary").all():
        summary.click()
    assert problems_in_each_look(page, no_complaints) == {}
