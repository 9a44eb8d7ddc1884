"""Answers that come as a POST from another site (response_mode=form_post), in a real browser.

The browser sends no SameSite=Lax cookie with such a POST, which only a browser shows.
"""

from collections.abc import Iterator

import pytest
from harness.app_server import RunningApp, running_app
from harness.browser import Browser
from harness.node_servers import openid_provider
from harness.ports import free_port
from playwright.sync_api import Page, Request


@pytest.fixture
def app(sqlite_url: str) -> Iterator[RunningApp]:
    """The app on 127.0.0.1, and its provider on localhost: two sites to a browser."""
    from app.signin.oauth.provider import Provider

    port = free_port()
    client = {
        "client_id": "app",
        "client_secret": "a-secret-of-some-length",
        "redirect_uris": [f"http://127.0.0.1:{port}/callback/corp"],
    }
    with openid_provider(client, host="localhost") as (issuer, _):
        corp = Provider(
            name="corp",
            label="Corp",
            issuer=issuer,
            scope="openid email profile",
            authorization_params={"response_mode": "form_post"},
        )
        environ = {
            "CORP_CLIENT_ID": client["client_id"],
            "CORP_CLIENT_SECRET": client["client_secret"],
        }
        with running_app(
            sqlite_url, environ, host="127.0.0.1", port=port, providers=[corp]
        ) as running:
            yield running


def test_login(app: RunningApp, page: Page) -> None:
    posted: list[Request] = []
    page.on(
        "request",
        lambda request: (
            posted.append(request)
            if request.method == "POST" and "/callback/" in request.url
            else None
        ),
    )
    page.goto(f"{app.url}/login?next=/notes")
    page.get_by_role("button", name="Continue with Corp").click()
    page.locator("[name=login]").fill("ada")
    page.locator("[name=password]").fill("any")
    page.locator("[type=submit]").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{app.url}/notes")
    assert page.locator("summary").get_by_text("Name ada").is_visible()

    (request,) = posted
    assert "cookie" not in request.all_headers()
    assert "code=" in (request.post_data or "")


def test_cancelled(app: RunningApp, page: Page) -> None:
    page.goto(f"{app.url}/login")
    page.get_by_role("button", name="Continue with Corp").click()
    page.get_by_text("Cancel").click()
    page.wait_for_url(f"{app.url}/login")
    assert page.get_by_text("You cancelled").is_visible()


def test_other_ways_are_refused(app: RunningApp) -> None:
    """An answer in the URL was not agreed on; a POST that nobody waits for changes nothing."""
    browser = Browser(app.url)
    state = browser.start("corp").headers["Location"].partition("state=")[2].partition("&")[0]
    callback = f"{app.url}/callback/corp"
    issuer = app.app.extensions["signin"].settings.clients["corp"].provider.issuer
    answer = {"state": state, "code": "stolen", "iss": issuer}

    unknown = browser.post(callback, data={**answer, "state": "x"}, allow_redirects=False)
    assert "/login/error/login_expired" in unknown.headers["Location"]
    in_the_url = browser.get(callback, params=answer, allow_redirects=False)
    assert "/login/error/invalid_callback" in in_the_url.headers["Location"]
    # That was the login's one chance.
    late = browser.post(callback, data=answer, allow_redirects=False)
    assert "/login/error/login_expired" in late.headers["Location"]
    assert browser.sub() is None
