"""The mark of the provider used last, and the way back after a login that went wrong."""

import re
from dataclasses import replace
from typing import Any

import pytest
from harness.app_server import RunningApp
from harness.visitor import Visitor, error_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit


def marked(browser: Visitor, page: str = "/login") -> list[str]:
    return re.findall(r'id="last-used-([a-z]+)"', browser.visit(page).text)


def test_last_used(app: RunningApp, visitor: Visitor) -> None:
    assert marked(visitor) == []
    visitor.sign_in("beta", GRACE)
    visitor.press("/logout")
    assert marked(visitor) == ["beta"]
    visitor.sign_in("alpha", ADA)
    assert marked(visitor) == ["alpha"]


def test_last_used_is_of_this_browser(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    assert marked(visit(app)) == []


def test_last_used_is_no_failed_login(app: RunningApp, visitor: Visitor) -> None:
    visitor.sign_in("alpha", replace(ADA, claims={"nonce": "wrong"}))
    visitor.visit(visitor.people.cancel(visitor.leave("/login/beta")))

    assert marked(visitor) == []


@pytest.mark.parametrize("value", ["nobody", '"><script>', "\u00e4", "x" * 3000])
def test_last_used_may_be_anything(visitor: Visitor, value: str) -> None:
    name = f"{session_cookie(visitor)[: -len('_session')]}_last_used"
    visitor.headers["Cookie"] = f"{name}={value}".encode()

    assert marked(visitor) == []
    assert "<script>" not in visitor.visit("/login").text.partition("<main")[2]


def session_cookie(browser: Visitor) -> str:
    browser.visit("/login")
    return next(c.name for c in browser.cookies if c.name.endswith("_session"))


def test_all_cookies_carry_the_projects_name(ada: Visitor) -> None:
    """Cookies ignore ports: two apps on one machine must not read each other's."""
    project = session_cookie(ada).removesuffix("_session")

    assert len(ada.cookies) >= 2
    assert all(cookie.name.startswith(f"{project}_") for cookie in ada.cookies)
    assert all(cookie.has_nonstandard_attr("HttpOnly") for cookie in ada.cookies)


# --- The way back


def back_link(browser: Visitor, answer: Any) -> str:
    """Follow to the error page; return where its button leads."""
    page = browser.visit(went_to(answer))
    found = re.search(r'class="button button-primary" href="([^"]+)"', page.text)
    assert found
    return found[1]


WRONG: dict[str, Any] = {
    "refused-token": replace(ADA, claims={"nonce": "wrong"}),
    "expired-token": replace(ADA, claims={"exp": 1}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_after_a_failed_login(visitor: Visitor, wrong: str) -> None:
    answer = visitor.sign_in("alpha", WRONG[wrong], next="/notes?tab=1")

    assert back_link(visitor, answer) == "/login?next=/notes?tab%3D1"
    assert went_to(visitor.sign_in("alpha", ADA, next="/notes?tab=1")) == "/notes?tab=1"


def test_after_an_expired_login(app: RunningApp, visitor: Visitor, sql: Any) -> None:
    from datetime import timedelta

    from app.signin.database import now

    callback = visitor.callback_url("alpha", ADA, next="/notes")
    past = str((now() - timedelta(minutes=1)).replace(tzinfo=None))
    sql(app, "UPDATE pending_logins SET expires_at = :past", past=past)
    visitor.people.take_calls()
    answer = visitor.visit(callback)

    assert error_of(answer) == "login_expired"
    assert visitor.people.take_calls() == []
    assert back_link(visitor, answer) == "/login?next=/notes"
    assert app.rows("audit_events")[0]["reason"] == "expired_state"


def test_after_cancelling(visitor: Visitor) -> None:
    answer = visitor.visit(visitor.people.cancel(visitor.leave("/login/alpha", next="/notes")))

    assert went_to(answer) == "/login?next=/notes"
    assert "You cancelled the sign-in." in visitor.page("/login?next=/notes")


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/account/connections/beta", "/account/connections"),
        ("/account/reauthenticate/alpha", "/account/export"),
    ],
)
def test_after_cancelling_something_else(
    app: RunningApp, ada: Visitor, path: str, back: str
) -> None:
    answer = ada.visit(ada.people.cancel(ada.leave(path, next="/account/export")))

    assert went_to(answer) == back
    assert "You cancelled the sign-in." in ada.page(back)


def test_after_a_failed_link(ada: Visitor) -> None:
    answer = ada.link("beta", replace(ADA_AT_B, claims={"aud": "x"}))
    page = ada.visit(went_to(answer))

    assert page.status_code == 502
    assert back_link(ada, answer) in ("/account/connections", "/login?next=/account/connections")


def test_after_being_sent_to_the_login_page(visitor: Visitor) -> None:
    assert went_to(visitor.visit("/account/connections?x=1")) == (
        "/login?next=/account/connections?x%3D1"
    )
    page = visitor.visit("/login?next=/account/connections?x%3D1").text
    assert 'name="next" value="/account/connections?x=1"' in page


def test_what_is_wrong_does_not_depend_on_the_account(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    """LK-25: the pages are the same whether the address is known here or not."""
    app = serve(SIGNUP="closed")
    known, unknown = visit(app), visit(app)
    pages = []
    for browser, person in ((known, ADA), (unknown, replace(ADA, sub="2", email="x@y.example"))):
        answer = browser.sign_in("alpha", person)
        page = browser.visit(went_to(answer))
        pages.append((page.status_code, re.sub("[0-9a-f]{16}", "", page.text)))
    assert pages[0] == pages[1]
