"""What a page does for the person at it: times, waiting, second thoughts, the field to mend."""

import pytest
from harness.app_server import RunningApp
from harness.counting_provider import CountingProvider
from playwright.sync_api import Page, Route, expect

from .test_signing_in import press


def test_times_are_told_as_people_tell_them(
    app: RunningApp, page: Page, no_complaints: list[str]
) -> None:
    page.goto(f"{app.url}/login?next=/account/activity")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/account/activity")
    time = page.locator("time").first
    expect(time).to_have_text("just now")
    assert "20" in (time.get_attribute("title") or ""), "the exact time"
    assert no_complaints == []


@pytest.mark.parametrize("tag", ["<html>", '<html lang="en_GB">'])
def test_times_in_the_base_template_of_another_app(tag: str, app: RunningApp, page: Page) -> None:
    def other(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('<html lang="en">', tag))

    page.goto(f"{app.url}/login?next=/account")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/account")
    page.route("**/account/activity", other)
    page.goto(f"{app.url}/account/activity")
    assert page.evaluate("document.documentElement.outerHTML").startswith(tag)
    expect(page.locator("time").first).to_have_text("just now")


def test_events_are_a_list_on_a_phone(app: RunningApp, page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 700})
    page.goto(f"{app.url}/login?next=/account/activity")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/account/activity")
    for cell in page.locator(".table tbody td").all():
        box = cell.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 375
    wrap = page.locator(".table-wrap")
    assert wrap.evaluate("box => box.scrollWidth <= box.clientWidth"), "nothing is cut off"


def test_a_slow_provider_is_waited_for_once(
    app: RunningApp, provider: CountingProvider, page: Page
) -> None:
    provider.seconds = 1.5
    page.goto(f"{app.url}/login")
    busy = page.evaluate(
        """() => {
            const button = document.querySelector(".provider-corp");
            button.click();
            button.click();
            return button.getAttribute("aria-busy");
        }"""
    )
    assert busy == "true"
    page.wait_for_url(f"{app.url}/", timeout=20_000)
    assert len([call for call in provider.take_calls() if call.name == "GET /authorize"]) == 1


def test_disconnecting_asks_first(app: RunningApp, page: Page, no_complaints: list[str]) -> None:
    page.goto(f"{app.url}/login?next=/account/connections")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/account/connections")
    page.get_by_role("button", name="Connect Corp", exact=True).click()
    page.wait_for_url(f"{app.url}/account/connections")
    page.locator("details.confirm > summary").last.click()
    assert len(app.rows("identities")) == 2, "not yet"
    page.get_by_role("button", name="Disconnect Corp", exact=True).click()
    expect(page.get_by_text("Corp has been disconnected.")).to_be_visible()
    assert [row["provider"] for row in app.rows("identities")] == ["github"]
    assert no_complaints == []


def test_the_field_with_the_error_has_the_focus(app: RunningApp, page: Page) -> None:
    page.goto(f"{app.url}/login?next=/notes")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/notes")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()


def test_no_button_is_pressed_twice(app: RunningApp, page: Page) -> None:
    page.goto(f"{app.url}/login?next=/notes")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/notes")
    page.get_by_role("textbox", name="Note").fill("Once")
    prevented = page.evaluate(
        """() => {
            const prevented = [];
            addEventListener("submit", (event) => prevented.push(event.defaultPrevented));
            const button = document.querySelector("main form .button");
            button.click();
            button.click();
            return [...prevented, button.getAttribute("aria-busy")];
        }"""
    )
    assert prevented == [False, True, "true"]
    page.wait_for_load_state("networkidle")
    assert [row["body"] for row in app.rows("notes")].count("Once") == 1


def test_a_download_leaves_its_button(app: RunningApp, page: Page) -> None:
    page.goto(f"{app.url}/login?next=/account/export")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/account/export")
    for _ in range(2):
        with page.expect_download():
            page.get_by_role("button", name="Download").click()


def test_a_page_that_comes_back_has_its_buttons_again(app: RunningApp, page: Page) -> None:
    page.goto(f"{app.url}/login?next=/notes")
    press(page, "GitHub")
    page.wait_for_url(f"{app.url}/notes")
    page.evaluate("document.querySelector('main form .button').ariaBusy = 'true'")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.locator("[aria-busy]").count() == 0
