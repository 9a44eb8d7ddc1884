"""A page with very many providers: a field narrows the list; without scripts it is a long list."""

from collections.abc import Iterator

import pytest
from harness.app_server import RunningApp, running_app
from harness.counting_provider import CountingProvider
from playwright.sync_api import Browser, Locator, Page, expect

from .looks import problems_in_each_look
from .test_signing_in import press

MANY = 20
NAMES = [f"Provider {number}" for number in range(MANY)]
NAMES[7] = "Stäck Exchange"


@pytest.fixture
def crowded(provider: CountingProvider, sqlite_url: str) -> Iterator[RunningApp]:
    """The app with 21 providers that work, GitHub first, and all others that are not set up."""
    environ = provider.settings_for("github", *(f"p{number}" for number in range(MANY)))
    for number, name in enumerate(NAMES):
        environ[f"OIDC_P{number}_LABEL"] = name
    with running_app(sqlite_url, environ) as running:
        yield running


def field(page: Page) -> Locator:
    """The field of the list of providers that work; another one is folded up."""
    return page.get_by_role("searchbox", name="Find a provider").first


def shown(page: Page) -> list[str]:
    """The labels that are to be seen."""
    found = page.locator("ul.providers >> nth=0 >> li:visible")
    return [str(entry.get_attribute("data-label")) for entry in found.all()]


def test_typing_narrows_the_list(crowded: RunningApp, page: Page, no_complaints: list[str]) -> None:
    page.goto(f"{crowded.url}/login")
    status = page.locator(".filter [role=status]").first
    assert len(shown(page)) > MANY
    field(page).press_sequentially("stack")
    assert shown(page) == ["Stäck Exchange"]
    expect(status).to_contain_text("1 of ")
    expect(status).to_contain_text("Enter takes Stäck Exchange")
    field(page).press("Escape")
    assert field(page).input_value() == ""
    assert len(shown(page)) > MANY
    expect(status).to_have_text("")
    field(page).press_sequentially("PROVIDER-1")
    # Enter takes the one of exactly this name, out of eleven.
    assert len(shown(page)) == 11
    expect(status).to_contain_text("11 of 21")
    expect(status).to_contain_text("Enter takes Provider 1")
    field(page).fill("nobody's")
    expect(status).to_have_text("No provider is called that.")
    assert shown(page) == []
    field(page).press("Enter")
    assert page.url == f"{crowded.url}/login"
    assert no_complaints == []


def test_enter_starts_the_only_one(crowded: RunningApp, page: Page) -> None:
    page.goto(f"{crowded.url}/login?next=/notes")
    field(page).press("Enter")
    assert page.url.endswith("/login?next=/notes")
    field(page).press_sequentially("provider 13")
    field(page).press("Enter")
    page.wait_for_url(f"{crowded.url}/notes")
    assert [row["provider"] for row in crowded.rows("identities")] == ["p13"]


def test_the_last_used_one_is_first(crowded: RunningApp, page: Page) -> None:
    page.goto(f"{crowded.url}/login")
    before = shown(page)
    field(page).fill("Provider 9")
    field(page).press("Enter")
    page.wait_for_url(f"{crowded.url}/")
    page.goto(f"{crowded.url}/login")
    assert shown(page) == ["Provider 9", *(label for label in before if label != "Provider 9")]
    expect(page.locator(".last-used")).to_have_count(1)


def test_without_scripts_it_is_a_long_list(crowded: RunningApp, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{crowded.url}/login")
    assert len(shown(page)) > MANY
    expect(page.get_by_role("searchbox")).to_have_count(0)
    press(page, "Provider 3")
    page.wait_for_url(f"{crowded.url}/")
    context.close()


def test_others_are_folded_up_and_lead_to_their_instructions(
    crowded: RunningApp, page: Page, no_complaints: list[str]
) -> None:
    page.goto(f"{crowded.url}/login")
    link = page.get_by_role("link", name="Facebook — not set up")
    expect(link).to_be_hidden()
    page.get_by_text("providers are not set up yet").click()
    page.get_by_role("searchbox", name="Find a provider").last.fill("faceb")
    page.get_by_role("searchbox", name="Find a provider").last.press("Enter")
    page.wait_for_url("**/dev/setup#facebook")
    expect(page.get_by_label("FACEBOOK_CLIENT_ID")).to_be_visible()
    expect(page.get_by_label("APPLE_CLIENT_ID")).to_be_hidden()
    field(page).fill("apple")
    expect(page.get_by_label("FACEBOOK_CLIENT_ID")).to_be_hidden()
    field(page).press("Enter")
    expect(page.get_by_label("APPLE_CLIENT_ID")).to_be_visible()
    assert no_complaints == []


def test_pages_with_many_providers(
    crowded: RunningApp, page: Page, no_complaints: list[str]
) -> None:
    found = {}
    page.goto(f"{crowded.url}/login?next=/account/connections")
    press(page, "Provider 3")
    page.wait_for_url(f"{crowded.url}/account/connections")
    for path in ("/login", "/dev/setup", "/account/connections"):
        page.goto(crowded.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        field(page).fill("o")
        found[path] = problems_in_each_look(page, no_complaints)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    field(page).fill("provider 4")
    field(page).press("Enter")
    expect(page.get_by_text("Provider 4 is connected")).to_be_visible()
