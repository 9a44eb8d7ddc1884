"""A provider says that somebody signed out there.  OpenID Connect Back-Channel Logout 1.0."""

import json
import time
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
import requests
from harness.app_server import RunningApp
from harness.counting_provider import CountingProvider
from harness.visitor import Visitor, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Later, Serve, Visit

FIRST = replace(ADA, claims={"sid": "first"})
SECOND = replace(ADA, claims={"sid": "second"})


def signs_out(app: RunningApp, browser: Visitor, provider: str = "alpha", **claims: Any) -> bool:
    """Send a Logout Token with these claims; return whether this browser is signed out then."""
    send(app, browser.people.logout_token(**claims), provider)
    return browser.who() is None


def send(app: RunningApp, token: str, provider: str = "alpha") -> requests.Response:
    url = f"{app.url}/backchannel-logout/{provider}"
    return requests.post(url, data={"logout_token": token}, timeout=10)


@pytest.fixture
def browsers(app: RunningApp, visit: Visit) -> tuple[Visitor, Visitor, Visitor]:
    """Ada in two sessions of the provider, and in one that it gave no name."""
    found = visit(app), visit(app), visit(app)
    for browser, person in zip(found, (FIRST, SECOND, ADA), strict=True):
        browser.sign_in("alpha", person)
    return found


def still_in(browsers: tuple[Visitor, ...]) -> list[bool]:
    return [browser.who() is not None for browser in browsers]


@pytest.mark.parametrize(
    ("claims", "left"),
    [
        ({"sid": "first"}, [False, True, True]),
        ({"sid": "second", "sub": ADA.sub}, [True, False, True]),
        ({"sub": ADA.sub}, [False, False, False]),
        ({"sub": ADA.sub, "sid": ""}, [False, False, False]),
        ({"sub": ADA.sub, "sid": "never-seen"}, [True, True, False]),
        ({"sub": ADA.sub, "sid": "x" * 300}, [True, True, False]),
        ({"sub": ADA.sub, "sid": "a\0b"}, [True, True, False]),
        ({"sub": ADA.sub, "sid": "\ud800"}, [True, True, False]),
        ({"sid": "never-seen"}, [True, True, True]),
        ({"sid": "a\0b"}, [True, True, True]),
        ({"sub": GRACE.sub}, [True, True, True]),
        ({"sub": GRACE.sub, "sid": "first"}, [True, True, True]),
        ({"sub": "a\0b"}, [True, True, True]),
        ({"sub": "\ud800"}, [True, True, True]),
    ],
)
def test_whom_a_token_names(
    app: RunningApp, browsers: tuple[Visitor, ...], claims: dict[str, str], left: list[bool]
) -> None:
    """A session that nobody knows by its name may be one that began without a name."""
    assert send(app, browsers[0].people.logout_token(**claims)).status_code in (200, 400)
    assert still_in(browsers) == left


@pytest.mark.parametrize(
    ("claims", "fetched"),
    [
        ({"aud": "another-client"}, False),
        ({"aud": None}, False),
        ({"aud": ["one", "two"]}, False),
        ({"iss": "https://issuer.example"}, False),
        ({"iss": None}, False),
        ({}, True),
    ],
)
def test_nothing_is_fetched_for_a_token_that_is_for_somebody_else(
    app: RunningApp, provider: CountingProvider, claims: dict[str, Any], fetched: bool
) -> None:
    """Anybody can send one, and each call takes a place that a sign-in may need."""
    assert send(app, provider.logout_token(sub="x", **claims)).status_code == (
        200 if fetched else 400
    )
    assert bool(provider.take_calls()) == fetched


@pytest.mark.parametrize("change", ["x", "", "a.b.c", "unsigned", "kind"])
def test_nothing_is_fetched_for_what_is_no_token(
    app: RunningApp, provider: CountingProvider, change: str
) -> None:
    header, payload, signature = provider.logout_token(sub="x").split(".")
    other = {"unsigned": {"alg": "none"}, "kind": {"alg": "RS256", "typ": "at+jwt"}}
    if change in other:
        header = urlsafe_b64encode(json.dumps(other[change]).encode()).rstrip(b"=").decode()
        change = f"{header}.{payload}.{signature}"
    assert send(app, change).status_code == 400
    assert provider.take_calls() == []


def test_on_both_databases(serve: Serve, visit: Visit, each_database: str) -> None:
    app = serve(each_database)
    browser = visit(app)
    browser.sign_in("alpha", FIRST)
    assert not signs_out(app, browser, sub=ADA.sub, sid="\ud800")
    assert not signs_out(app, browser, sub="a\0b")
    assert signs_out(app, browser, sub=ADA.sub)


@pytest.mark.parametrize(
    "sid", ["x" * 230, "x" * 255, "two  spaces", " around ", "sid|with/signs=", "ünïcödé"]
)
def test_a_name_is_compared_as_it_came(app: RunningApp, visit: Visit, sid: str) -> None:
    browser = visit(app)
    browser.sign_in("alpha", replace(ADA, claims={"sid": sid}))

    assert not signs_out(app, browser, sid=" ".join(sid.split())[:200] + "-other")
    assert signs_out(app, browser, sid=sid)


@pytest.mark.parametrize("sid", ["x" * 256, "", "a\nb", 7])
def test_a_name_that_cannot_be_stored_is_none(app: RunningApp, visit: Visit, sid: object) -> None:
    browser = visit(app)
    browser.sign_in("alpha", replace(ADA, claims={"sid": sid}))
    token = browser.people.logout_token(sub=ADA.sub, sid=sid)
    answer = send(app, token)

    assert (answer.status_code == 200) == isinstance(sid, str)
    assert (browser.who() is None) == isinstance(sid, str)


def test_a_token_sent_again_does_not_end_a_new_session(
    app: RunningApp, ada: Visitor, later: Later
) -> None:
    token = ada.people.logout_token(sub=ADA.sub, iat=int(time.time()) - 120)
    assert send(app, token).status_code == 200
    assert ada.who(), "it began after the token"
    later(app, minutes=3)
    assert send(app, token).status_code == 200
    assert ada.who() is None
    ada.sign_in("alpha", ADA)

    for _ in range(3):
        assert send(app, token).status_code == 200
        assert ada.who()


def test_clocks_may_differ_by_a_minute(app: RunningApp, ada: Visitor) -> None:
    assert signs_out(app, ada, sub=ADA.sub, iat=int(time.time()) - 50)


@pytest.mark.parametrize("claims", [{"sub": ADA.sub}, {"sid": "first"}])
def test_confirming_elsewhere_does_not_leave_the_reach_of_the_provider(
    app: RunningApp, visit: Visit, claims: dict[str, str]
) -> None:
    """Somebody at an open browser connects a sign-in of their own and confirms with it."""
    browser = visit(app)
    browser.sign_in("alpha", FIRST)
    browser.link("beta", ADA_AT_B)
    before = app.rows("login_sessions")[0]
    went_to(browser.confirm("beta", replace(ADA_AT_B, claims={"sid": "at-beta"})))
    after = app.rows("login_sessions")[0]
    for name in ("provider", "identity_id", "sub", "sid", "created_at"):
        assert after[name] == before[name]
    assert after["id"] != before["id"]
    assert after["authenticated_at"] > before["authenticated_at"]

    assert not signs_out(app, browser, "beta", sub=ADA_AT_B.sub)
    assert not signs_out(app, browser, "beta", sid="at-beta")
    assert signs_out(app, browser, **claims)


def test_a_token_that_is_late_ends_a_session_that_was_confirmed_meanwhile(
    app: RunningApp, ada: Visitor, later: Later
) -> None:
    ada.link("beta", ADA_AT_B)
    later(app, active=True, minutes=9)
    token = ada.people.logout_token(sub=ADA.sub, iat=int(time.time()) - 200)
    ada.confirm("beta", ADA_AT_B)
    send(app, token)

    assert ada.who() is None


def test_confirming_at_the_same_provider_takes_its_new_session(
    app: RunningApp, visit: Visit
) -> None:
    browser = visit(app)
    browser.sign_in("alpha", FIRST)
    browser.confirm("alpha", SECOND)

    assert not signs_out(app, browser, sid="first")
    assert signs_out(app, browser, sid="second")


@pytest.mark.parametrize(
    "claims", [{"sub": ADA.sub}, {"sid": "first"}, {"sub": ADA.sub, "sid": "first"}]
)
def test_disconnecting_it_does_not_either(
    app: RunningApp, visit: Visit, claims: dict[str, str]
) -> None:
    browser = visit(app)
    browser.sign_in("alpha", FIRST)
    browser.link("beta", ADA_AT_B)
    browser.confirm("beta", ADA_AT_B)
    browser.press("/account/connections/1/unlink")
    assert [row["provider"] for row in app.rows("identities")] == ["beta"]
    assert browser.who()

    assert signs_out(app, browser, **claims)


def test_the_device_and_the_provider_logout_name_the_first_provider(
    app: RunningApp, ada: Visitor
) -> None:
    ada.link("beta", ADA_AT_B)
    ada.confirm("beta", ADA_AT_B)

    assert ada.session_json()["provider"] == "alpha"


def test_a_new_sign_in_is_of_its_own_provider(app: RunningApp, ada: Visitor) -> None:
    ada.link("beta", ADA_AT_B)
    ada.sign_in("beta", ADA_AT_B)

    assert ada.session_json()["provider"] == "beta"
    assert not signs_out(app, ada, sub=ADA.sub)
    assert signs_out(app, ada, "beta", sub=ADA_AT_B.sub)


def test_it_is_recorded_once_for_each_person(
    app: RunningApp, browsers: tuple[Visitor, ...]
) -> None:
    send(app, browsers[0].people.logout_token(sub=ADA.sub))
    events = [row for row in app.rows("audit_events") if row["event"] == "backchannel_logout"]

    assert [row["user_id"] for row in events] == [1]
