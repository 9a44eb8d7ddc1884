"""Links and fresh sign-ins (ST-15, ID-24), and whom the owner's settings let in (ID-26, LK-19)."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from harness.app_server import RunningApp, running_app
from harness.bad_provider import CLIENT_SECRET, BadProvider, Listener
from harness.browser import Browser
from harness.walk import Row, events, forget, query_of, rows_of, sign_in, walk

from .conftest import settings


def begin(browser: Browser, path: str) -> requests.Response:
    """Press a button of the account pages."""
    form = {"csrf_token": browser.csrf_token("/account/reauthenticate")}
    answer = browser.post(browser.app_url + path, data=form, allow_redirects=False)
    assert "/authorize" in answer.headers["Location"], answer.headers["Location"]
    return answer


PROOF, LINK = "/account/reauthenticate/op", "/account/connections/plain"


@pytest.fixture
def person(either: RunningApp, provider: BadProvider) -> Any:
    """Somebody who is signed in with the provider `op`."""
    with Browser(either.url) as browser:
        sign_in(either, provider, "op", browser)
        either.log.clear()
        provider.seen.clear()
        yield browser


def said(auth_time: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {**claims, "auth_time": auth_time}


def said_in(seconds: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Say a time that counts from the answer: the cases are made long before they run."""
    return lambda claims: {**claims, "auth_time": int(time.time()) + seconds}


@pytest.mark.parametrize(
    ("change", "good"),
    [
        (said_in(0), True),
        (said_in(86400), True),
        (lambda claims: claims, False),
        (said(None), False),
        (said_in(-86400), False),
        (said("now"), False),
        (said(True), False),
        (said(0), False),
    ],
)
def test_id_24_a_fresh_sign_in_that_the_provider_does_not_vouch_for(
    change: Any, good: bool, person: Browser, either: RunningApp, provider: BadProvider
) -> None:
    provider.fault("claims", change)
    before, who = rows_of(either), person.session_json()["user"]
    answer = begin(person, PROOF)
    assert int(query_of(answer.headers["Location"])["max_age"]) <= 600
    done = person.get(person.to_callback(answer), allow_redirects=False)
    assert person.session_json()["user"] == who
    if good:
        assert "/login/error/" not in done.headers["Location"]
    else:
        assert "/login/error/provider_error" in done.headers["Location"]
        assert rows_of(either) == before
        assert provider.count("userinfo") == 0


@pytest.mark.parametrize("path", [PROOF, LINK])
def test_st_15_what_one_began_another_does_not_finish(
    path: str, person: Browser, either: RunningApp, provider: BadProvider
) -> None:
    """The browser has signed in as somebody else meanwhile, or out."""
    callback = person.to_callback(begin(person, path))
    provider.reset()
    with Browser(either.url) as other:
        sign_in(either, provider, "op", other)
        browser = dict(person.cookies)
        person.cookies.clear()
        person.cookies.update(other.cookies)
        before = rows_of(either)
        answer = person.get(callback, allow_redirects=False)
        assert "/login/error/" in answer.headers["Location"]
        assert rows_of(either) == before
        assert browser
    assert provider.count("token") == 1


@pytest.mark.parametrize("path", [PROOF, LINK])
@pytest.mark.parametrize("meanwhile", ["signed out", "signed in again", "another user"])
def test_st_15_nor_another_session_of_the_same_browser(
    meanwhile: str, path: str, person: Browser, either: RunningApp, provider: BadProvider
) -> None:
    callback = person.to_callback(begin(person, path))
    tokens = provider.count("token")
    if meanwhile == "signed out":
        person.post(f"{either.url}/logout", data={"csrf_token": person.csrf_token("/account")})
    else:
        if meanwhile == "another user":
            codes = dict(provider.codes)
            provider.reset()
            provider.codes = codes
            tokens = 0
        sign_in(either, provider, "op", person)
        tokens += 1
    before, who = rows_of(either), person.session_json()
    either.log.clear()
    answer = person.get(callback, allow_redirects=False)
    assert "/login/error/" in answer.headers["Location"]
    assert [event["event"] for event in events(either)] == ["refused"]
    assert events(either)[0]["reason"] in ("other_session", "unknown_state")
    assert rows_of(either) == before
    assert person.session_json() == who
    assert provider.count("token") == tokens


def test_st_15_a_proof_of_another_person_is_none(
    person: Browser, either: RunningApp, provider: BadProvider
) -> None:
    before, who = rows_of(either), person.session_json()
    provider.fault("claims", said_in(0))
    provider.sub = "somebody-else"
    answer = person.get(person.to_callback(begin(person, PROOF)), allow_redirects=False)
    assert "/login/error/other_account" in answer.headers["Location"]
    assert rows_of(either) == before
    assert person.session_json() == who


def test_st_15_a_link_of_what_is_another_s(
    person: Browser, either: RunningApp, provider: BadProvider
) -> None:
    mine = provider.sub
    provider.reset()
    with Browser(either.url) as other:
        sign_in(either, provider, "plain", other)
    before = rows_of(either)
    answer = person.get(person.to_callback(begin(person, LINK)), allow_redirects=False)
    assert "/login/error/identity_taken" in answer.headers["Location"]
    assert rows_of(either) == before
    assert mine != provider.sub


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", [PROOF, LINK])
def test_lk_07_a_link_starts_with_a_form_of_this_site(
    method: str, path: str, person: Browser, either: RunningApp, provider: BadProvider
) -> None:
    pending, before = either.rows("pending_logins"), rows_of(either)
    answer = person.request(method, either.url + path, allow_redirects=False)
    assert answer.status_code in (400, 404, 405)
    assert either.rows("pending_logins") == pending
    assert rows_of(either) == before


def test_lk_07_nor_for_somebody_who_is_not_signed_in(
    either: RunningApp, provider: BadProvider
) -> None:
    with Browser(either.url) as browser:
        for path in (PROOF, LINK):
            form = {"csrf_token": browser.csrf_token()}
            answer = browser.post(either.url + path, data=form, allow_redirects=False)
            assert answer.headers["Location"].startswith("/login")
    assert provider.seen == []


# Who may come in


def claims(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    whole = {"name": "Name", "email": "a@example.org", "email_verified": True}
    return lambda found: {**found, **whole, **changes}


HOSTED: dict[str, tuple[dict[str, Any], bool]] = {
    "hd": ({"hd": "example.org"}, True),
    "hd in capitals": ({"hd": "Example.ORG"}, True),
    "no hd": ({}, False),
    "hd null": ({"hd": None}, False),
    "hd empty": ({"hd": ""}, False),
    "hd of another": ({"hd": "evil.example"}, False),
    "hd that ends with it": ({"hd": "evil-example.org"}, False),
    "hd below it": ({"hd": "sub.example.org"}, False),
    "hd a list": ({"hd": ["example.org"]}, False),
    "an address of it": ({"email": "a@example.org"}, False),
}


@pytest.mark.parametrize("kind", HOSTED)
def test_id_26_google_s_hosted_domain(
    kind: str, sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    changes, good = HOSTED[kind]
    environ = settings(provider) | {
        "GOOGLE_HOSTED_DOMAIN": "example.org",
        "UNRESTRICTED_PROVIDERS": "github,facebook,x,op,one,two,plain",
    }
    with running_app(sqlite(), environ) as app:
        forget(app, provider, canary)
        row = Row(
            id=kind,
            outcome="OK" if good else "REJ1",
            tenant="google",
            stage="claims",
            change=claims(**changes),
            code="not_allowed",
            reason="not_allowed",
        )
        walk(row, app, provider, canary)


DOMAINS: dict[str, tuple[dict[str, Any], bool]] = {
    "an address there": ({}, True),
    "in capitals": ({"email": "A@EXAMPLE.ORG"}, True),
    "not verified": ({"email_verified": False}, False),
    "verified as text": ({"email_verified": "yes"}, False),
    "no address": ({"email": None}, False),
    "ends with it": ({"email": "a@evil-example.org"}, False),
    "below it": ({"email": "a@sub.example.org"}, False),
    "above it": ({"email": "a@org"}, False),
    "two signs": ({"email": "a@example.org@evil.example"}, False),
    "two signs, the other way": ({"email": "a@evil.example@example.org"}, False),
    "in the name": ({"email": "example.org@evil.example"}, False),
    "a point more": ({"email": "a@example.org."}, False),
    "a NUL": ({"email": "a@evil.example\x00@example.org"}, False),
    "a line end": ({"email": "a@example.org\n"}, False),
}


@pytest.mark.parametrize("kind", DOMAINS)
def test_lk_19_domains_of_addresses(
    kind: str, sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    changes, good = DOMAINS[kind]
    environ = settings(provider) | {"ALLOWED_EMAIL_DOMAINS": "example.org"}
    with running_app(sqlite(), environ) as app:
        forget(app, provider, canary)
        whole = claims(**changes)
        provider.fault("userinfo", lambda profile: {**profile, **whole({})})
        row = Row(
            id=kind,
            outcome="OK" if good else "REJ2",
            stage="claims",
            change=whole,
            code="not_allowed",
            reason="not_allowed",
        )
        walk(row, app, provider, canary)


# HS256, where the owner says so


@pytest.mark.parametrize("kind", ["good", "another secret", "RS256", "none", "no signature"])
def test_id_04_hs256_by_setting(
    kind: str, sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    environ = settings(provider) | {"OIDC_OP_ID_TOKEN_ALG": "HS256"}
    signed = {
        "good": ("HS256", CLIENT_SECRET.encode()),
        "another secret": ("HS256", b"another-secret-of-some-length-01"),
        "RS256": ("RS256", provider.rsa),
        "none": ("none", None),
        "no signature": ("none", None),
    }[kind]
    alg = "HS256" if kind == "no signature" else signed[0]
    with running_app(sqlite(), environ) as app:
        forget(app, provider, canary)
        row = Row(
            id=kind,
            outcome="OK" if kind == "good" else "REJ1",
            stage="sign",
            change=lambda made: ({"alg": alg}, made[1], *signed),
            reason="invalid_id_token",
        )
        walk(row, app, provider, canary)
        if kind == "good":
            assert provider.count("jwks") == 0
