"""What is written down (LG): every event once, and no secret ever."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.app_server import SECRET_KEY, RunningApp, running_app
from harness.bad_provider import BadProvider, Listener, Reply
from harness.browser import Browser
from harness.production import ProxiedBrowser, gunicorn
from harness.walk import events, forget, query_of, with_query

from .conftest import settings


def every_secret(provider: BadProvider, *cookies: str) -> set[str]:
    """Return all that must not be written: codes, states, verifiers, nonces, tokens, keys."""
    found = {secret for secret in provider.secrets if len(secret) >= 8}
    assert len(found) >= 8
    return found | {SECRET_KEY, *(cookie for cookie in cookies if len(cookie) >= 20)}


def test_lg_01_a_whole_login_at_debug(
    sqlite: Callable[[], str],
    provider: BadProvider,
    canary: Listener,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Good ones, refused ones and a sign-out, every logger as loud as the owner can make it."""
    from app.db import db

    caplog.set_level(logging.DEBUG)
    with running_app(sqlite(), settings(provider), log_level=logging.DEBUG) as app:
        forget(app, provider, canary)
        loud(app, caplog)
        cookies = []
        for tenant in ("op", "github", "facebook", "plain"):
            with Browser(app.url) as browser:
                for fault in (None, "token", "userinfo", "claims"):
                    provider.heal()
                    if fault == "claims":
                        provider.fault("claims", lambda claims: {**claims, "nonce": "x"})
                    elif fault:
                        provider.fault(fault, lambda honest: Reply(honest, 500))
                    callback = browser.to_callback(browser.start(tenant))
                    browser.get(callback)
                    browser.get(callback)
                    browser.get(with_query(callback, error="access_denied", code=None))
                    cookies += [value for name, value in browser.cookies.items() if "_s" in name]
                browser.post(f"{app.url}/logout", data={"csrf_token": browser.csrf_token()})
        with app.app.app_context():
            rows = db.session.connection().exec_driver_sql("SELECT 1").all()
            assert rows
        written = app.log_text() + caplog.text + "".join(capfd.readouterr())
        written += "".join(json.dumps(record.__dict__, default=repr) for record in app.log)
        secrets = every_secret(provider, *cookies)
    assert len(app.log) > 100
    assert len(secrets) > 80
    found = [secret for secret in secrets if secret in written]
    assert found == []


def loud(app: RunningApp, caplog: pytest.LogCaptureFixture) -> None:
    """Set the app's own loggers to DEBUG; those that it silences stay as they are."""
    caplog.set_level(logging.DEBUG, logger="app")
    caplog.set_level(logging.DEBUG, logger="flask-limiter")
    app.app.logger.setLevel(logging.DEBUG)


def test_lg_01_and_03_what_gunicorn_writes_in_production(
    tmp_path: Path, sqlite: Callable[[], str], provider: BadProvider
) -> None:
    provider.reset()
    with gunicorn(tmp_path, sqlite(), settings(provider)) as served:
        browser = ProxiedBrowser(served.url)
        callback = browser.to_callback(browser.start("op", next_url="/notes"))
        done = browser.get(callback, allow_redirects=False)
        assert done.headers["Location"] == "/notes"
        assert browser.sub() is not None
        again = browser.get(callback, allow_redirects=False)
        assert "/login/error/" in again.headers["Location"]
        browser.get(f"{served.url}/notes?secret=query-of-a-page")
        browser.close()
        # What it could not parse must not be written either.
        provider.fault("claims", lambda claims: {**claims, "iss": "https://issuer.example"})
        other = ProxiedBrowser(served.url)
        refused = other.get(other.to_callback(other.start("op")), allow_redirects=False)
        assert "/login/error/provider_error" in refused.headers["Location"]
        other.close()
    written = served.written()
    lines = written.splitlines()
    callbacks = [line for line in lines if "/callback/op" in line]
    assert len(callbacks) == 3
    assert not [line for line in callbacks if "?" in line]
    secrets = every_secret(provider, *browser.kept.values(), *other.kept.values())
    assert [secret for secret in secrets if secret in written] == []
    assert "query-of-a-page" not in written
    happened = [json.loads(line) for line in lines if line.startswith("{")]
    named = [(line["event"], line.get("reason")) for line in happened if "event" in line]
    assert named == [
        ("sign_up", None),
        ("refused", "unknown_state"),
        ("refused", "invalid_id_token"),
    ]
    for line in happened:
        if "event" in line:
            assert line["provider"] == "op"
            assert line["address"] == "203.0.113.5"
            assert len(line["request_id"]) == 16


def test_lg_05_each_event_of_a_life(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    """In an app of its own: the table keeps only so many refusals of one address."""
    with running_app(sqlite(), settings(provider)) as app, Browser(app.url) as browser:
        forget(app, provider, canary)

        def come_back(**changes: str | None) -> None:
            callback = browser.to_callback(browser.start("op"))
            browser.get(with_query(callback, **changes), allow_redirects=False)

        come_back()
        come_back()
        come_back(error="server_error", code=None)
        come_back(error="access_denied", code=None)
        come_back(state="x" * 43)
        user_id = int(browser.session_json()["user"]["id"])
        browser.post(f"{app.url}/logout", data={"csrf_token": browser.csrf_token()})
        happened = [(event["event"], event.get("reason")) for event in events(app)]
        assert happened == [
            ("sign_up", None),
            ("sign_in", None),
            ("refused", "server_error"),
            ("cancelled", None),
            ("refused", "unknown_state"),
            ("sign_out", None),
        ]
        for event in events(app):
            assert event["provider"] == "op"
            assert event["address"] == "127.0.0.1"
            if event["event"] in ("sign_up", "sign_in", "sign_out"):
                assert event["user_id"] == user_id
        table = app.rows("audit_events")
        assert [row["event"] for row in table] == ["sign_up", "sign_in", "refused", "sign_out"]
        assert all(row["request_id"] for row in table)


@pytest.mark.parametrize(
    "text", ["a\r\nFORGED line", "\x1b[2J", '"},{"event":"sign_in"', "{}" * 40, "%s%d%n"]
)
def test_lg_02_a_log_line_cannot_be_forged(
    text: str, app: RunningApp, provider: BadProvider, browser: Browser, capfd: Any
) -> None:
    callback = browser.to_callback(browser.start("op"))
    capfd.readouterr()
    browser.headers["User-Agent"] = "x"
    browser.get(with_query(callback, code=None, error=text), allow_redirects=False)
    out = "".join(capfd.readouterr())
    assert "\nFORGED" not in out
    assert "\x1b[2J" not in out
    for line in app.log_text().splitlines():
        assert json.loads(line)["message"] is not None


def test_lg_02_the_provider_s_words_are_cut_in_the_log(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    """A megabyte of an issuer, an error or a name does not become a megabyte of log."""
    long = "L" * 500_000
    provider.fault("metadata", lambda found: {**found, "issuer": long})
    browser.start("op")
    provider.heal()
    provider.fault("token", lambda _: Reply({"error": long}, 400))
    browser.get(browser.to_callback(browser.start("op")), allow_redirects=False)
    assert [event["event"] for event in events(app)] == ["refused", "refused"]
    assert len(app.log_text()) < 20_000


def test_lg_07_the_database_holds_hashes(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    started = browser.start("op")
    state = query_of(started.headers["Location"])["state"]
    callback = browser.to_callback(started)
    tables = ("users", "identities", "login_sessions", "pending_logins", "audit_events")
    waiting = json.dumps([app.rows(table) for table in tables], default=str)
    assert state not in waiting
    browser.get(callback, allow_redirects=False)
    with app.app.test_request_context():
        decode = app.app.session_interface.get_signing_serializer(app.app)
        value = next(v for n, v in browser.cookies.items() if n.endswith("_session"))
        session = decode.loads(value)
    dump = json.dumps([app.rows(table) for table in (*tables, "provider_tokens")], default=str)
    for secret in (session["_user_id"], session["browser"], *every_secret(provider)):
        assert secret not in dump
    assert app.rows("provider_tokens") == []
