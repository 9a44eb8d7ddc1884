"""The menu of the account: by mouse, by keyboard, and without scripts."""

import pytest
from harness.app_server import RunningApp
from playwright.sync_api import Browser, Page, expect

from .test_signing_in import press, sign_out


@pytest.fixture
def menu_page(app: RunningApp, page: Page) -> Page:
    page.goto(f"{app.url}/login?next=/account")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/account")
    return page


def test_the_menu_closes_when_the_reader_goes_elsewhere(menu_page: Page) -> None:
    menu = menu_page.locator(".menu")
    link = menu.get_by_role("link", name="Devices")
    expect(link).to_be_hidden()
    menu.locator("summary").click()
    expect(link).to_be_visible()
    menu_page.get_by_role("heading", name="Profile").click()
    expect(link).to_be_hidden()
    menu.locator("summary").click()
    link.click()
    expect(menu_page.get_by_role("heading", name="Devices")).to_be_visible()


def test_the_menu_by_keyboard(menu_page: Page) -> None:
    menu = menu_page.locator(".menu")
    summary, link = menu.locator("summary"), menu.get_by_role("link", name="Profile")
    summary.focus()
    menu_page.keyboard.press("Enter")
    menu_page.keyboard.press("Tab")
    expect(link).to_be_focused()
    menu_page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(summary).to_be_focused()
    menu_page.keyboard.press("Enter")
    menu_page.keyboard.press("Shift+Tab")
    expect(link).to_be_hidden()


def test_the_menu_without_scripts(app: RunningApp, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{app.url}/login?next=/account")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/account")
    sign_out(page)
    page.wait_for_url(f"{app.url}/")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    context.close()
