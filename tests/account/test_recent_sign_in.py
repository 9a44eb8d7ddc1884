"""A fresh sign-in before dangerous steps, by an identity of the same user."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from harness.app_server import RunningApp
from harness.visitor import Visitor, error_of, text_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Later, Visit

CONNECTIONS = "/account/connections"
TABLES = ("users", "identities", "notes")
STEPS: dict[str, tuple[str, dict[str, str], str]] = {
    "link": (f"{CONNECTIONS}/google", {}, CONNECTIONS),
    "unlink": (f"{CONNECTIONS}/2/unlink", {}, CONNECTIONS),
    "export": ("/account/export", {"back": "/account/export"}, "/account/export"),
    "delete": ("/account/delete", {"sure": "y", "back": "/account/delete"}, "/account/delete"),
}


@pytest.fixture
def stale(app: RunningApp, ada: Visitor, later: Later) -> Visitor:
    """Ada, with two sign-ins, who signed in eleven minutes ago and was busy since."""
    ada.link("beta", ADA_AT_B)
    later(app, active=True, minutes=11)
    return ada


def state(app: RunningApp) -> dict[str, Any]:
    return {table: app.rows(table) for table in TABLES}


def asks(answer: requests.Response) -> str:
    """Check that an answer asks to confirm; return where it goes on to."""
    parts = urlsplit(went_to(answer))
    assert parts.path == "/account/reauthenticate"
    return parse_qs(parts.query)["next"][0]


@pytest.mark.parametrize("step", STEPS)
def test_lk_10_asked_first(app: RunningApp, stale: Visitor, step: str) -> None:
    path, fields, back = STEPS[step]
    before = state(app)

    assert asks(stale.press(path, **fields)) == back
    assert state(app) == before
    assert app.rows("pending_logins") == []


@pytest.mark.parametrize("step", STEPS)
def test_lk_10_done_after_it(app: RunningApp, stale: Visitor, step: str) -> None:
    path, fields, back = STEPS[step]
    page = stale.visit(went_to(stale.press(path, **fields))).text
    assert "Confirm it's you" in page
    for name, offered in (("alpha", True), ("beta", True), ("google", False)):
        assert (f'action="/account/reauthenticate/{name}"' in page) == offered
    assert went_to(stale.confirm("beta", ADA_AT_B, back)) == back

    answer = stale.press(path, **fields)
    if step == "export":
        assert answer.status_code == 200
    else:
        assert "reauthenticate" not in went_to(answer)


@pytest.mark.parametrize("step", STEPS)
def test_lk_10_not_asked_within_ten_minutes(
    app: RunningApp, ada: Visitor, later: Later, step: str
) -> None:
    ada.link("beta", ADA_AT_B)
    later(app, active=True, minutes=9)
    path, fields, _ = STEPS[step]
    answer = ada.press(path, **fields)

    assert answer.status_code == 200 or "reauthenticate" not in went_to(answer)


def test_reading_is_never_asked_for(stale: Visitor) -> None:
    for path in ("", "/connections", "/sessions", "/activity"):
        assert stale.visit(f"/account{path}").status_code == 200


@pytest.mark.parametrize("path", ["/account/export", "/account/delete"])
def test_a_form_is_not_filled_in_twice(stale: Visitor, path: str) -> None:
    """The question comes before the form, not after it."""
    assert asks(stale.visit(path)) == path
    assert went_to(stale.confirm("alpha", ADA, path)) == path
    assert "<form" in stale.visit(path).text


def test_the_way_back_stays_here(stale: Visitor) -> None:
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert asks(stale.press("/account/export", back=evil)) == "/account/export"
    assert went_to(stale.confirm("alpha", ADA, "//evil.example")) == "/"


@pytest.mark.parametrize(
    "somebody", [GRACE, replace(GRACE, sub="new"), replace(ADA_AT_B, sub="new")]
)
def test_another_persons_sign_in_proves_nothing(
    app: RunningApp, stale: Visitor, visit: Visit, somebody: Any
) -> None:
    """Neither one of another account, nor a new one, nor a new one with Ada's address."""
    visit(app).sign_in("alpha", GRACE)
    before = state(app), app.rows("login_sessions")
    answer = stale.confirm("alpha", somebody)

    assert error_of(answer) == "other_account"
    assert stale.visit(went_to(answer)).status_code == 403
    assert (state(app), app.rows("login_sessions")) == before
    assert stale.who()["id"] == "1"
    assert "reauthenticate" in went_to(stale.press("/account/export"))


def test_an_ordinary_sign_in_is_proof_too(stale: Visitor) -> None:
    stale.sign_in("beta", ADA_AT_B)

    assert stale.press("/account/export").status_code == 200


def test_st_15_a_proof_that_another_session_finishes(
    app: RunningApp, stale: Visitor, visit: Visit
) -> None:
    """Ada, stale, in one browser; what she began there is finished after a new sign-in there."""
    location = stale.leave("/account/reauthenticate/alpha", next="/")
    stale.sign_in("google", GRACE)
    stale.people.take_calls()

    assert error_of(stale.come_back(location, ADA)) in ("login_expired", "invalid_callback")
    assert stale.people.take_calls() == []
    assert stale.who()["name"] == GRACE.name


def test_lk_07_a_proof_starts_by_a_form(app: RunningApp, ada: Visitor) -> None:
    address = f"{app.url}/account/reauthenticate/alpha"

    assert ada.get(address, allow_redirects=False).status_code in (404, 405)
    assert ada.post(address, allow_redirects=False).status_code == 400


def test_nobody_confirms_who_is_not_signed_in(visitor: Visitor) -> None:
    assert went_to(visitor.visit("/account/reauthenticate")).startswith("/login?next=")
    assert went_to(visitor.press("/account/reauthenticate/alpha")) == "/login"


# --- Did the person sign in at the provider just now?


def confirm_with(stale: Visitor, **claims: Any) -> requests.Response:
    return stale.confirm("alpha", replace(ADA, claims=claims))


def test_id_24_max_age_is_asked(stale: Visitor) -> None:
    asked = parse_qs(urlsplit(stale.leave("/account/reauthenticate/alpha", next="/")).query)

    assert asked["max_age"] == ["300"]
    assert asked["prompt"] == ["login"], "its metadata does not say that it has auth_time"
    login = parse_qs(urlsplit(stale.leave("/login/alpha")).query)
    assert not {"max_age", "prompt"} & set(login)
    github = parse_qs(urlsplit(stale.leave("/account/reauthenticate/github", next="/")).query)
    assert not {"max_age", "prompt"} & set(github), "plain OAuth 2.0 knows neither"


def ago(seconds: float) -> int:
    import time

    return int(time.time() - seconds)


@pytest.mark.parametrize(
    ("auth_time", "good"),
    [
        (lambda: ago(0), True),
        (lambda: ago(290), True),
        (lambda: ago(3600), False),
        (lambda: None, False),
        (lambda: "yesterday", False),
        (lambda: True, False),
    ],
    ids=["now", "just-now", "an-hour-ago", "missing", "text", "boolean"],
)
def test_id_24_auth_time(app: RunningApp, stale: Visitor, auth_time: Any, good: bool) -> None:
    before = app.rows("login_sessions")
    answer = confirm_with(stale, auth_time=auth_time())

    if good:
        assert went_to(answer) == "/"
        assert stale.press("/account/export").status_code == 200
    else:
        assert error_of(answer) == "provider_error"
        assert "sign out here and sign in again" in text_of(stale.hop(answer))
        assert app.rows("login_sessions") == before
        assert "reauthenticate" in went_to(stale.press("/account/export"))


def test_id_24_a_provider_that_knows_no_auth_time_is_not_asked(
    app: RunningApp, stale: Visitor
) -> None:
    """Google is one: there, choosing the account again is the proof."""
    stale.people.metadata = {"claims_supported": ["sub", "email"]}
    app.app.extensions["signin"].flow.documents._cache.clear()
    asked = parse_qs(urlsplit(stale.leave("/account/reauthenticate/alpha", next="/")).query)

    assert "max_age" not in asked
    assert asked["prompt"] == ["login"]
    google = parse_qs(urlsplit(stale.leave("/account/reauthenticate/google", next="/")).query)
    assert google["prompt"] == ["select_account"], "it refuses prompt=login"
    assert went_to(confirm_with(stale, auth_time=None)) == "/"


def test_a_provider_that_lists_auth_time_is_asked_for_nothing_more(
    app: RunningApp, stale: Visitor
) -> None:
    stale.people.metadata = {"claims_supported": ["sub", "auth_time"]}
    app.app.extensions["signin"].flow.documents._cache.clear()
    asked = parse_qs(urlsplit(stale.leave("/account/reauthenticate/alpha", next="/")).query)

    assert (asked["max_age"], asked.get("prompt")) == (["300"], None)


def test_the_owner_s_prompt_stays_beside_the_one_for_a_new_sign_in() -> None:
    from app.signin.oauth.authorization import new_sign_in
    from app.signin.oauth.provider import Client, Provider

    prompts = {"prompt": "consent login"}
    op = Provider(name="op", label="OP", issuer="https://op", authorization_params=prompts)
    client, _ = new_sign_in(Client(provider=op, client_id="id", redirect_uri="/"), {}, 300)
    assert client.provider.authorization_params == prompts
