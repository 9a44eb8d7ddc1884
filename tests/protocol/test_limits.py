"""How often (DS): limits in memory, in Redis, without Redis, and whose address counts."""

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from harness.app_server import RunningApp, running_app
from harness.bad_provider import BadProvider, Listener, compact
from harness.browser import Browser
from harness.ports import free_port
from harness.production import ProxiedBrowser, gunicorn
from harness.walk import events, forget, with_query

from .conftest import settings

LIMIT = 5


@contextmanager
def limited(
    database: str, provider: BadProvider, canary: Listener, **environ: str
) -> Iterator[RunningApp]:
    """Serve the app with a limit of five a minute."""
    from app.signin.auth.limits import limiter

    # Flask-Limiter keeps the settings of the newest app in this one object.
    before = dict(limiter.__dict__)
    limits = {"RATELIMIT_ENABLED": "1", "RATELIMIT_LOGIN": f"{LIMIT} per minute"}
    try:
        with running_app(database, settings(provider) | limits | environ) as app:
            forget(app, provider, canary)
            yield app
    finally:
        limiter.__dict__.clear()
        limiter.__dict__.update(before)


class Person:
    """Somebody at an address, who keeps pressing the button."""

    def __init__(self, app: RunningApp, address: str = "203.0.113.5") -> None:
        self.app = app
        self.browser = Browser(app.url)
        self.browser.headers["X-Forwarded-For"] = address

    def starts(self, times: int = 1) -> list[int]:
        return [self.browser.start("op").status_code for _ in range(times)]

    def refused(self) -> requests.Response:
        return self.browser.get(f"{self.app.url}/callback/op?code=x&state=x", allow_redirects=False)


@pytest.fixture
def memory(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> Iterator[RunningApp]:
    with limited(sqlite(), provider, canary, TRUSTED_PROXIES="1") as app:
        yield app


def test_ds_01_the_sixth_start_of_a_minute_is_refused(memory: RunningApp) -> None:
    person = Person(memory)
    assert person.starts(LIMIT) == [303] * LIMIT
    answer = person.browser.start("op")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["Content-Security-Policy"]
    assert "Too many requests" in answer.text
    assert len(memory.rows("pending_logins")) == LIMIT
    # Reading pages goes on, and so does everybody else.
    for path in ("/", "/login", "/login/op", "/healthz"):
        assert person.browser.get(memory.url + path).status_code == 200
    assert Person(memory, "203.0.113.6").starts() == [303]


def test_ds_01_refused_callbacks_count_and_good_ones_do_not(memory: RunningApp) -> None:
    person = Person(memory)
    assert [person.refused().status_code for _ in range(LIMIT)] == [303] * LIMIT
    assert person.refused().status_code == 429
    assert person.starts() == [303]
    other = Person(memory, "198.51.100.7")
    for _ in range(LIMIT - 1):
        callback = other.browser.to_callback(other.browser.start("op"))
        assert other.browser.get(callback, allow_redirects=False).headers["Location"] == "/"
    assert other.starts() == [303]
    assert other.starts() == [429]


def test_ds_01_posted_callbacks_count_too(memory: RunningApp) -> None:
    person = Person(memory)
    url = f"{memory.url}/callback/op"
    answers = [
        person.browser.post(url, data={"state": "x"}, allow_redirects=False).status_code
        for _ in range(LIMIT + 1)
    ]
    assert answers == [303] * LIMIT + [429]


def test_ds_01_a_login_under_way_is_not_lost_at_the_limit(
    memory: RunningApp, provider: BadProvider
) -> None:
    """Others at the address may have used up its starts meanwhile."""
    person = Person(memory)
    callback = person.browser.to_callback(person.browser.start("op"))
    assert person.starts(LIMIT)[-1] == 429
    assert person.browser.get(callback, allow_redirects=False).headers["Location"] == "/"


def test_ds_01_a_cancelled_login_does_not_count_as_refused(memory: RunningApp) -> None:
    person = Person(memory)
    for _ in range(LIMIT - 1):
        callback = person.browser.to_callback(person.browser.start("op"))
        url = with_query(callback, code=None, error="access_denied")
        assert person.browser.get(url, allow_redirects=False).status_code == 303
    assert person.starts() == [303]


def test_a_good_answer_is_never_stopped_by_bad_ones(memory: RunningApp) -> None:
    """One host of an office can send any number of made-up callbacks."""
    person, neighbour = Person(memory), Person(memory)
    callback = person.browser.to_callback(person.browser.start("op"))
    assert [neighbour.refused().status_code for _ in range(LIMIT + 3)] == [303] * LIMIT + [429] * 3
    answer = person.browser.get(callback, allow_redirects=False)
    assert answer.headers["Location"] == "/"
    assert person.browser.sub()
    # The same answer again belongs to no login any more.
    assert person.browser.get(callback, allow_redirects=False).status_code == 429


def test_a_refusal_of_the_provider_is_no_bad_answer(
    memory: RunningApp, provider: BadProvider
) -> None:
    person, neighbour = Person(memory), Person(memory)
    callback = person.browser.to_callback(person.browser.start("op"))
    assert [neighbour.refused().status_code for _ in range(LIMIT + 1)][-1] == 429
    url = with_query(callback, code=None, error="server_error")
    answer = person.browser.get(url, allow_redirects=False)
    assert answer.headers["Location"].startswith("/login/error/provider_unavailable")


def logout_token(app: RunningApp, provider: BadProvider) -> str:
    """Return a good Logout Token for the person who signed in last."""
    now = int(time.time())
    claims = {
        "iss": provider.issuer("op"),
        "aud": provider.client[0],
        "sub": provider.sub,
        "iat": now + 1,
        "exp": now + 120,
        "jti": "1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    alg, key = provider.signing
    return compact({"alg": alg, "kid": key.kid, "typ": "logout+jwt"}, claims, alg, key)


def test_a_good_logout_token_is_never_stopped_by_bad_ones(
    memory: RunningApp, provider: BadProvider
) -> None:
    person = Person(memory)
    callback = person.browser.to_callback(person.browser.start("op"))
    person.browser.get(callback)
    assert person.browser.sub()

    def post(token: str) -> int:
        url = f"{memory.url}/backchannel-logout/op"
        return person.browser.post(url, data={"logout_token": token}).status_code

    assert [post("forged") for _ in range(LIMIT + 2)] == [400] * LIMIT + [429] * 2
    assert post(logout_token(memory, provider)) == 200
    assert person.browser.sub() is None


def test_the_log_names_the_setting_of_a_limit(memory: RunningApp) -> None:
    """A class of pupils behind one address: the owner can find out what to change."""
    for _ in range(LIMIT + 2):
        Person(memory).starts()
    limited = [event for event in events(memory) if event["event"] == "rate_limited"]
    assert [event["reason"] for event in limited] == ["too_many_starts"] * 2
    assert "RATELIMIT_LOGIN" in limited[0]["detail"]
    assert limited[0]["address"] == "203.0.113.5"
    loggers = [record.name for record in memory.log if record.levelname != "DEBUG"]
    assert "flask-limiter" not in loggers


@pytest.mark.parametrize("path", ["/account/connections/github", "/account/reauthenticate/op"])
def test_starts_of_people_who_are_signed_in_count_too(path: str, memory: RunningApp) -> None:
    person = Person(memory)
    person.browser.get(person.browser.to_callback(person.browser.start("op")))
    form = {"csrf_token": person.browser.csrf_token()}

    def starts(times: int) -> list[int]:
        url = memory.url + path
        return [
            person.browser.post(url, data=form, allow_redirects=False).status_code
            for _ in range(times)
        ]

    assert starts(LIMIT) == [303] * (LIMIT - 1) + [429]
    assert person.starts() == [429]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("203.0.113.7:51006", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_an_address_with_a_port(written: str, shown: str, memory: RunningApp) -> None:
    """Some proxies write the client's port too: it is no part of the address."""
    person = Person(memory, written)
    answer = person.browser.get(person.browser.to_callback(person.browser.start("op")))
    assert answer.ok
    assert memory.rows("login_sessions")[-1]["address"] == shown
    assert events(memory)[-1]["address"] == shown


def test_ports_do_not_make_clients_one_or_many(memory: RunningApp) -> None:
    for port in range(50_000, 50_000 + LIMIT):
        assert Person(memory, f"203.0.113.7:{port}").starts() == [303]
    assert Person(memory, "203.0.113.7:60000").starts() == [429]
    assert Person(memory, "203.0.113.8:50000").starts() == [303]


@pytest.mark.parametrize(
    "header",
    [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=1")],
)
def test_a_proxy_that_is_not_trusted_is_told_once(
    header: tuple[str, str], sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    def told(app: RunningApp) -> list[str]:
        messages = [record.getMessage() for record in app.log if record.levelname == "WARNING"]
        return [message for message in messages if "TRUSTED_PROXIES" in message]

    with running_app(sqlite(), settings(provider)) as app:
        for _ in range(3):
            requests.get(f"{app.url}/healthz", timeout=10)
        assert told(app) == []
        for _ in range(3):
            requests.get(f"{app.url}/login", headers=dict([header]), timeout=10)
        [message] = told(app)
        assert header[0] in message
    with running_app(sqlite(), settings(provider) | {"TRUSTED_PROXIES": "1"}) as app:
        requests.get(f"{app.url}/login", headers=dict([header]), timeout=10)
        assert told(app) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.10", False),
        ("203.0.113.9", "203.0.113.10", False),
        ("unknown", "not an address", True),
    ],
)
def test_ds_03_whose_address(one: str, other: str, same: bool, memory: RunningApp) -> None:
    assert Person(memory, one).starts(LIMIT) == [303] * LIMIT
    assert Person(memory, other).starts() == [429 if same else 303]


def test_cf_07_forwarded_headers_do_not_count_without_a_proxy(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    with limited(sqlite(), provider, canary) as app:
        for number in range(LIMIT):
            assert Person(app, f"203.0.113.{number}").starts() == [303]
        assert Person(app, "203.0.113.99").starts() == [429]


def test_cf_07_only_the_address_that_the_proxy_wrote_counts(memory: RunningApp) -> None:
    for number in range(LIMIT):
        assert Person(memory, f"198.51.100.{number}, 203.0.113.5").starts() == [303]
    assert Person(memory, "198.51.100.99, 203.0.113.5").starts() == [429]
    assert Person(memory, "203.0.113.5, 198.51.100.99").starts() == [303]


def test_cf_07_two_proxies(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    with limited(sqlite(), provider, canary, TRUSTED_PROXIES="2") as app:
        person = "192.0.2.1, 203.0.113.5, 10.0.0.1"
        assert Person(app, person).starts(LIMIT) == [303] * LIMIT
        assert Person(app, "192.0.2.2, 203.0.113.5, 10.0.0.1").starts() == [429]
        assert Person(app, "192.0.2.1, 203.0.113.6, 10.0.0.1").starts() == [303]


def test_limits_can_be_switched_off(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    with limited(sqlite(), provider, canary, RATELIMIT_ENABLED="0") as app:
        assert Person(app).starts(LIMIT + 3) == [303] * (LIMIT + 3)


def test_ds_03_a_redis_that_is_down_leaves_limits_in_memory(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    uri = f"redis://127.0.0.1:{free_port()}/0"
    with limited(sqlite(), provider, canary, RATELIMIT_STORAGE_URI=uri) as app:
        person = Person(app)
        assert person.starts(LIMIT + 1) == [303] * LIMIT + [429]
        assert any("memory" in record.getMessage() for record in app.log)


def test_ds_03_a_redis_that_says_nothing_costs_a_moment(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as mute:
        uri = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        with limited(sqlite(), provider, canary, RATELIMIT_STORAGE_URI=uri) as app:
            person = Person(app)
            answers = [person.browser.start("op") for _ in range(LIMIT + 1)]
            assert [answer.status_code for answer in answers] == [303] * LIMIT + [429]
            assert max(answer.elapsed.total_seconds() for answer in answers) < 5


def test_cc_09_and_10_one_limit_over_two_processes(
    tmp_path: Path,
    redis_url: str,
    postgresql: Callable[[], str],
    provider: BadProvider,
    at_once: Any,
) -> None:
    """Two processes, Redis and PostgreSQL: 20 starts at once, five go through."""
    provider.reset()
    address = ".".join(str(byte) for byte in (10, *os.urandom(3)))
    limits = {
        "RATELIMIT_ENABLED": "1",
        "RATELIMIT_LOGIN": f"{LIMIT} per minute",
        "RATELIMIT_STORAGE_URI": redis_url,
    }
    environ = settings(provider) | limits
    with gunicorn(tmp_path, postgresql(), environ, workers=2) as served:
        people = [ProxiedBrowser(served.url, address) for _ in range(20)]
        tokens = [person.csrf_token("/login/op") for person in people]

        def press(person: ProxiedBrowser, token: str) -> requests.Response:
            url = f"{served.url}/login/op"
            return person.post(url, data={"csrf_token": token}, allow_redirects=False)

        answers = at_once(
            *(
                lambda person=person, token=token: press(person, token)
                for person, token in zip(people, tokens, strict=True)
            )
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [303] * LIMIT + [429] * (20 - LIMIT)
        # A login that began in one process ends in the other.
        fresh = ProxiedBrowser(served.url, address.replace("10.", "11.", 1))
        for _ in range(LIMIT - 1):
            callback = fresh.to_callback(fresh.start("op"))
            assert fresh.get(callback, allow_redirects=False).headers["Location"] == "/"
            assert fresh.sub() is not None
        for person in (*people, fresh):
            person.close()
        assert len(set(re.findall(r"Booting worker with pid: (\d+)", served.written()))) == 2
    assert threading.active_count() < 100
