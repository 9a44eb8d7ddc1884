"""One login from start to callback, with one thing wrong, and everything that must hold after it.

A `Row` is a fault and what it must end in; `walk` goes the way and checks all of it.  The outcome
codes are those of the table of cases:

REJ0   refused before any call to the provider: no token request
REJ1   refused after one token request, before any profile request
REJ2   refused after a profile request
SOFT   the provider is at fault: a page says "later", and once it is well the login works
OK     the login works, with the right identity
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests

from .app_server import TEMPLATE, RunningApp
from .bad_provider import PROVIDER_TEXT, BadProvider, Change, Listener
from .browser import Browser

TABLES = ("users", "identities", "login_sessions", "provider_tokens")
SECONDS = 15
STATUS = {
    "invalid_callback": 400,
    "login_expired": 400,
    "provider_refused": 400,
    "provider_unavailable": 503,
    "provider_error": 502,
    "provider_misconfigured": 502,
    "account_disabled": 403,
    "not_allowed": 403,
    "provider_moved": 409,
    "unavailable": 503,
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault: what it does, at which stage of the provider or to which callback URL, and the end.

    `code` is the error page, `reason` the word in the log.
    """

    id: str
    outcome: str
    stage: str = ""
    change: Change | None = None
    callback: Callable[[str], str] | None = None
    code: str = "provider_error"
    reason: str = ""
    tenant: str = "op"
    prepare: Callable[[BadProvider], Any] | None = None
    sub: str | None = None


@dataclass
class Walk:
    """What happened on the way."""

    browser: Browser
    start: requests.Response
    callback_url: str = ""
    answer: requests.Response | None = None
    seconds: float = 0
    events: list[dict[str, Any]] = field(default_factory=list)


def pick(rows: list[Row]) -> dict[str, Any]:
    """Return the arguments of `pytest.mark.parametrize` for rows, with their ids."""
    ids = [row.id for row in rows]
    assert len(set(ids)) == len(ids), "an id stands twice"
    return {"argnames": "row", "argvalues": rows, "ids": ids}


def with_query(url: str, **changes: str | None) -> str:
    """Return a URL with parameters replaced, or left out where they are None."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | changes
    kept = {name: value for name, value in query.items() if value is not None}
    return urlunsplit(parts._replace(query=urlencode(kept)))


def query_of(url: str) -> dict[str, str]:
    """Return the parameters of a URL."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def rows_of(app: RunningApp) -> dict[str, list[dict[str, Any]]]:
    """Return what a refused login must not change."""
    return {table: app.rows(table) for table in TABLES}


def events(app: RunningApp) -> list[dict[str, Any]]:
    """Return the fields of the security events that were logged."""
    return [record.fields for record in app.log if record.name == "app.audit"]


def forget(app: RunningApp, provider: BadProvider, canary: Listener | None = None) -> None:
    """Let a walk begin: an honest provider, empty caches, an empty log."""
    provider.reset()
    app.app.extensions["signin"].flow.documents._cache.clear()
    app.log.clear()
    if canary:
        canary.seen.clear()


def sign_in(app: RunningApp, provider: BadProvider, tenant: str, browser: Browser) -> Browser:
    """Sign in as the provider's person, honestly."""
    callback = browser.to_callback(browser.start(tenant))
    answer = browser.get(callback, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == "/", answer.headers["Location"]
    assert browser.session_json()["user"], "nobody is signed in"
    return browser


def walk(
    row: Row,
    app: RunningApp,
    provider: BadProvider,
    canary: Listener,
    browser: Browser | None = None,
) -> Walk:
    """Go the way of a row and check its outcome."""
    browser = browser or Browser(app.url)
    who = browser.session_json()
    before = rows_of(app)
    app.log.clear()
    provider.seen.clear()
    provider.reached.clear()
    if row.prepare:
        row.prepare(provider)
    if row.change:
        provider.fault(row.stage, row.change)
    began = time.monotonic()
    went = Walk(browser, browser.start(row.tenant))
    if urlsplit(went.start.headers["Location"]).path.startswith("/login/error/"):
        went.answer = went.start
    else:
        url = browser.to_callback(went.start)
        went.callback_url = row.callback(url) if row.callback else url
        assert not row.callback or went.callback_url != url, "the row changes nothing"
        went.answer = browser.get(went.callback_url, allow_redirects=False)
    went.seconds = time.monotonic() - began
    settle(provider)
    went.events = events(app)
    assert not row.change or row.stage in provider.reached, "the fault was never reached"
    assert went.seconds < SECONDS
    assert canary.seen == []
    no_secret_in_log(app, provider, went.callback_url)
    if row.outcome == "OK":
        accepted(row, app, provider, went)
    else:
        refused(row, app, provider, went)
        assert browser.session_json() == who
        assert rows_of(app) == before
        if row.outcome == "SOFT":
            provider.heal()
            sign_in(app, provider, row.tenant, Browser(app.url))
    return went


def settle(provider: BadProvider) -> None:
    """Wait for GitHub's list of addresses, which is asked for beside the profile."""
    if any(seen.stage == "userinfo" and seen.tenant == "github" for seen in provider.seen):
        end = time.monotonic() + 5
        while not provider.count("emails") and time.monotonic() < end:
            time.sleep(0.005)


def accepted(row: Row, app: RunningApp, provider: BadProvider, went: Walk) -> None:
    """Check that the login worked, with the right identity."""
    assert went.answer.status_code == 303
    assert went.answer.headers["Location"] == "/", "the login was refused"
    found = went.browser.session_json()
    assert found["provider"] == row.tenant
    identities = [i for i in app.rows("identities") if str(i["user_id"]) == found["user"]["id"]]
    expected = row.sub or provider.sub
    assert [(i["provider"], i["sub"]) for i in identities] == [(row.tenant, expected)]
    assert [event["event"] for event in went.events] in (["sign_up"], ["sign_in"])


def refused(row: Row, app: RunningApp, provider: BadProvider, went: Walk) -> None:
    """Check a refusal: the redirect, the page, the requests that were made, the one event."""
    answer = went.answer
    assert answer.status_code == 303, answer.text[:2000]
    assert "<title>Redirecting...</title>" in answer.text
    assert not any(v in answer.text for v in query_of(went.callback_url).values() if len(v) > 8)
    assert answer.headers["Cache-Control"] == "no-store"
    target = urlsplit(answer.headers["Location"])
    assert (target.scheme, target.netloc) == ("", "")
    assert target.path == f"/login/error/{row.code}"
    request_id = query_of(answer.headers["Location"])["r"]
    assert re.fullmatch(r"[0-9a-f]{16}", request_id)
    error_page(went.browser.hop(answer), row.code, request_id, went.callback_url)

    asked = {stage: provider.count(stage) for stage in ("token", "userinfo", "emails")}
    most = {"REJ0": (0, 0), "REJ1": (1, 0), "REJ2": (1, 1), "SOFT": (1, 1)}[row.outcome]
    if row.outcome == "SOFT":
        assert asked["token"] <= 1
    else:
        assert asked["token"] == most[0]
    assert asked["userinfo"] <= most[1]
    assert asked["emails"] <= most[1]

    assert [event["event"] for event in went.events] == ["refused"], went.events
    assert went.events[0]["reason"] == row.reason, went.events[0]
    assert went.events[0]["provider"] == row.tenant
    assert not [record for record in app.log if record.exc_info], "a traceback was logged"


def error_page(page: requests.Response, code: str, request_id: str, callback_url: str = "") -> None:
    """Check the page of an error: its status, and its fixed text with nothing of the query."""
    template = TEMPLATE / "app/signin/auth/templates/signin/errors" / f"{code}.html"
    title = template.read_text().partition("{% block title %}")[2].partition("{% endblock %}")[0]
    assert page.status_code == STATUS[code]
    assert title in page.text
    assert request_id in page.text
    assert PROVIDER_TEXT not in page.text
    assert "PROVIDER-TEXT" not in for_visitors(page)
    for value in query_of(callback_url).values():
        assert len(value) < 8 or value not in for_visitors(page)


def for_visitors(page: requests.Response) -> str:
    """Return a page without the box that only development shows: it may quote the provider."""
    before, _, box = page.text.partition('<details class="operator"')
    return before + box.partition("</details>")[2]


def no_secret_in_log(app: RunningApp, provider: BadProvider, callback_url: str = "") -> None:
    """Check that no code, state, nonce, verifier, token or client secret was logged."""
    text = app.log_text()
    sent: Mapping[str, str] = query_of(callback_url)
    secrets = provider.secrets | {sent.get("code", ""), sent.get("state", "")}
    for secret in secrets:
        assert len(secret) < 8 or secret not in text
