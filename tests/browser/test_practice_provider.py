"""The first minute with the kit: signing in without credentials, at the practice provider."""

import pytest
from harness.app_server import RunningApp
from playwright.sync_api import Page, expect

from .test_signing_in import sign_out

PRACTICE = {"practice": "Practice provider", "practice-github": "GitHub (practice)"}


def to_the_provider(app: RunningApp, page: Page, name: str) -> None:
    page.goto(f"{app.url}/login")
    page.get_by_role("button", name=f"Continue with {PRACTICE[name]}", exact=True).click()
    expect(page.get_by_role("heading", name="Choose a person")).to_be_visible()


@pytest.mark.parametrize("name", PRACTICE)
def test_whole_round(name: str, app: RunningApp, page: Page, no_complaints: list[str]) -> None:
    to_the_provider(app, page, name)
    page.get_by_role("button", name="Ada Lovelace").click()
    page.wait_for_url(f"{app.url}/")
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("ada@example.com")).to_be_visible()
    sign_out(page)
    page.wait_for_url(f"{app.url}/")
    expect(page.locator(".menu")).to_have_count(0)
    assert no_complaints == []


@pytest.mark.parametrize("name", PRACTICE)
def test_denied(name: str, app: RunningApp, page: Page, no_complaints: list[str]) -> None:
    to_the_provider(app, page, name)
    page.get_by_role("button", name="Cancel the sign-in").click()
    page.wait_for_url(f"{app.url}/login")
    expect(page.get_by_role("status").filter(has_text="You cancelled")).to_be_visible()
    assert no_complaints == []


@pytest.mark.parametrize("person", ["Grace Hopper", "山田 太郎", "Jean Bartik"])
def test_everybody(person: str, app: RunningApp, page: Page) -> None:
    to_the_provider(app, page, "practice")
    page.get_by_role("button", name=person).click()
    expect(page.get_by_role("heading", name=person)).to_be_visible()


def test_address_of_somebody_else(app: RunningApp, page: Page) -> None:
    """Charles claims Ada's address without proof: he gets an account of his own."""
    for person in ("Ada Lovelace", "Charles Babbage"):
        to_the_provider(app, page, "practice")
        page.get_by_role("button", name=person).click()
        expect(page.get_by_role("heading", name=person)).to_be_visible()
        sign_out(page)
    assert len(app.rows("users")) == 2


@pytest.mark.parametrize("name", PRACTICE)
def test_failures_end_on_a_page(name: str, app: RunningApp, page: Page) -> None:
    to_the_provider(app, page, name)
    options = page.get_by_label("Make the provider fail").locator("option").all()
    faults = {option.get_attribute("value") or "" for option in options}
    assert {"slow", "500", "state"} < faults
    for fault in sorted(faults - {"", "slow"}):
        to_the_provider(app, page, name)
        page.get_by_label("Make the provider fail").select_option(fault)
        page.get_by_role("button", name="Ada Lovelace").click()
        page.wait_for_url("**/login/error/**")
        expect(page.get_by_role("link", name="Back to sign-in")).to_be_visible()
    assert app.rows("users") == []


def test_slow_provider(app: RunningApp, page: Page) -> None:
    to_the_provider(app, page, "practice")
    page.get_by_label("Make the provider fail").select_option("slow")
    page.get_by_role("button", name="Ada Lovelace").click()
    page.wait_for_url("**/login/error/provider_unavailable**")
    expect(page.get_by_role("heading", name="The provider isn't responding")).to_be_visible()
