"""Requests that arrive together, at two processes of gunicorn, on SQLite and on PostgreSQL.

RACE_ROUNDS says how often each is tried: 15 is quick, 200 is thorough.
"""

import hashlib
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from harness.counting_provider import CountingProvider
from harness.gunicorn import Gunicorn, gunicorn
from harness.visitor import Visitor, went_to
from sqlalchemy import Engine, create_engine, text

from .conftest import Someone

ROUNDS = int(os.environ.get("RACE_ROUNDS", "15"))
SECONDS = 30
CONNECTIONS = "/account/connections"


class Site:
    """The app, its database, and the browsers of one round."""

    def __init__(self, server: Gunicorn, provider: CountingProvider, engine: Engine) -> None:
        self.server = server
        self.provider = provider
        self.engine = engine
        self._browsers = ExitStack()

    def browser(self) -> Visitor:
        return self._browsers.enter_context(Visitor(self.server.url, self.provider))

    def signed_in(self, provider: str, person: Someone) -> Visitor:
        browser = self.browser()
        assert went_to(browser.sign_in(provider, person)) == "/"
        return browser

    @contextmanager
    def round(self) -> Iterator[None]:
        with self._browsers:
            yield

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.engine.begin() as connection:
            found = connection.execute(text(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    def identities(self, *subs: str) -> list[tuple[str, int]]:
        found = []
        for sub in subs:
            found += self.rows("SELECT sub, user_id FROM identities WHERE sub = :sub", sub=sub)
        return found

    def check(self) -> None:
        """No server error, no identity twice, no account that nobody can open, no orphan."""
        log = self.server.log.read_text()
        assert "Traceback" not in log, log[log.index("Traceback") :][:3000]
        assert not re.findall(r'"[A-Z]+ [^"]*" 5\d\d', log)
        twice = "SELECT provider, sub FROM identities GROUP BY provider, sub HAVING count(*) > 1"
        assert self.rows(twice) == []
        empty = "SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM identities)"
        assert self.rows(empty) == []
        for table in ("identities", "login_sessions", "notes", "audit_events"):
            orphans = f"SELECT id FROM {table} WHERE user_id NOT IN (SELECT id FROM users)"  # noqa: S608
            assert self.rows(orphans) == []


@pytest.fixture(scope="module")
def site(database: str, crowd_provider: CountingProvider, tmp_path_factory: Any) -> Iterator[Site]:
    with served(database, crowd_provider, tmp_path_factory.mktemp("log")) as made:
        yield made


@contextmanager
def served(
    database: str, provider: CountingProvider, folder: Path, **settings: str
) -> Iterator[Site]:
    environ = provider.settings_for("alpha", "beta") | settings
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with gunicorn(database, environ, folder) as server:
        yield Site(server, provider, engine)
    engine.dispose()


@pytest.fixture
def rounds(site: Site) -> Iterator[Iterator[int]]:
    """Number the rounds; at the end everything must be in order."""

    def numbered() -> Iterator[int]:
        for number in range(ROUNDS):
            with site.round():
                yield number

    yield numbered()
    site.check()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make calls in threads that begin together; return what they return."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        gate.wait(SECONDS)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(one, calls))


def visit_at_once(browsers: list[Visitor], urls: list[str]) -> list[requests.Response]:
    """Let each browser open its address."""
    return at_once(*[partial(b.visit, url) for b, url in zip(browsers, urls, strict=True)])


def ready(browser: Visitor, path: str, **fields: str) -> Callable[[], requests.Response]:
    """Return the press of a button whose page is open already."""
    form = {"csrf_token": browser.csrf_token(), **fields}
    return partial(browser.post, browser.app_url + path, data=form, allow_redirects=False)


def end_of(answer: requests.Response) -> str:
    """Return where an answer leads, an error page by its code alone."""
    assert answer.status_code == 303, (answer.status_code, answer.text[:500])
    return re.sub(r"^/login/error/(\w+).*", r"\1", answer.headers["Location"])


def get(url: str, cookies: Any) -> requests.Response:
    """Open an address with a browser's cookies, over a connection of its own."""
    with requests.Session() as session:
        session.trust_env = False
        session.cookies.update(cookies)
        return session.get(url, allow_redirects=False, timeout=SECONDS)


def test_cc_10_one_callback_twenty_times(site: Site, rounds: Iterator[int]) -> None:
    for number in rounds:
        browser, person = site.browser(), Someone(f"one-{number}")
        url = browser.callback_url("alpha", person)
        cookies = browser.cookies.copy()
        site.provider.take_calls()
        ends = Counter(map(end_of, at_once(*[partial(get, url, cookies)] * 20)))

        assert ends == {"/": 1, "login_expired": 19}
        assert [call.name for call in site.provider.take_calls()].count("POST /token") == 1
        assert len(site.identities(person.sub)) == 1


def test_cc_02_first_logins_of_one_person(site: Site, rounds: Iterator[int]) -> None:
    for number in rounds:
        person = Someone(f"two-{number}", email=f"two-{number}@example.com")
        browsers = [site.browser() for _ in range(3)]
        urls = [browser.callback_url("alpha", person) for browser in browsers]
        answers = visit_at_once(browsers, urls)

        assert [end_of(answer) for answer in answers] == ["/"] * 3
        assert len({browser.sub() for browser in browsers}) == 1
        assert len(site.identities(person.sub)) == 1
        name = "SELECT id FROM users WHERE email = :email"
        assert len(site.rows(name, email=person.email)) == 1


def test_cc_02_one_identity_linked_by_two_users(site: Site, rounds: Iterator[int]) -> None:
    for number in rounds:
        wanted = Someone(f"linked-{number}")
        people_ = [Someone(f"{name}-{number}") for name in ("left", "right")]
        browsers = [site.signed_in("alpha", person) for person in people_]
        urls = [
            site.provider.sign_in(browser.leave(f"{CONNECTIONS}/beta"), wanted)
            for browser in browsers
        ]
        answers = visit_at_once(browsers, urls)

        assert sorted(map(end_of, answers)) == [CONNECTIONS, "identity_taken"]
        winner = [end_of(answer) for answer in answers].index(CONNECTIONS)
        assert site.identities(wanted.sub) == [(wanted.sub, int(browsers[winner].sub() or 0))]


def test_cc_02_one_identity_linked_twice_by_one_user(site: Site, rounds: Iterator[int]) -> None:
    for number in rounds:
        wanted, person = Someone(f"again-{number}"), Someone(f"twice-{number}")
        browser = site.signed_in("alpha", person)
        urls = [
            site.provider.sign_in(browser.leave(f"{CONNECTIONS}/beta"), wanted) for _ in range(2)
        ]
        cookies = browser.cookies.copy()
        answers = at_once(*[partial(get, url, cookies) for url in urls])

        assert [end_of(answer) for answer in answers] == [CONNECTIONS] * 2
        assert len(site.identities(wanted.sub)) == 1


def test_lk_12_the_last_two_taken_off_at_once(site: Site, rounds: Iterator[int]) -> None:
    for number in rounds:
        first, second = Someone(f"first-{number}"), Someone(f"second-{number}")
        left = site.signed_in("alpha", first)
        left.link("beta", second)
        right = site.signed_in("beta", second)
        user_id = int(left.sub() or 0)
        mine = "SELECT id FROM identities WHERE user_id = :user ORDER BY id"
        (one,), (two,) = site.rows(mine, user=user_id)
        answers = at_once(
            ready(left, f"{CONNECTIONS}/{one}/unlink"), ready(right, f"{CONNECTIONS}/{two}/unlink")
        )

        # The session of the other may be over by then.
        assert {end_of(answer) for answer in answers} <= {CONNECTIONS, "/login"}
        ((kept,),) = site.rows(mine, user=user_id)
        browser = site.browser()
        who = (("alpha", first), ("beta", second))[kept == two]
        assert went_to(browser.sign_in(*who)) == "/"
        assert browser.sub() == str(user_id)


def test_se_01_requests_around_a_logout(site: Site, rounds: Iterator[int]) -> None:
    for number in rounds:
        browser = site.signed_in("alpha", Someone(f"out-{number}"))
        cookies = browser.cookies.copy()
        # So that each of them notes when the session was seen last.
        site.rows(
            "UPDATE login_sessions SET last_seen_at = :at WHERE user_id = :user",
            at=two_minutes_ago(),
            user=int(browser.sub() or 0),
        )
        paths = ("/session", "/account", "/notes", "/", "/account/sessions")
        readers = [partial(get, site.server.url + path, cookies) for path in paths]
        (out, *answers) = at_once(ready(browser, "/logout"), *readers, *readers)

        assert went_to(out) == "/"
        assert {answer.status_code for answer in answers} <= {200, 303, 401}
        assert get(f"{site.server.url}/session", cookies).status_code == 401
        assert get(f"{site.server.url}/account", cookies).status_code == 303


def two_minutes_ago() -> str:
    from datetime import timedelta

    from app.signin.database import now

    return str((now() - timedelta(minutes=2)).replace(tzinfo=None))


def test_a_sign_in_while_it_is_taken_off(site: Site, rounds: Iterator[int]) -> None:
    """It opens the account it belonged to, or is a stranger's; nothing in between."""
    for number in rounds:
        person, other = Someone(f"off-{number}"), Someone(f"kept-{number}")
        browser = site.signed_in("alpha", person)
        browser.link("beta", other)
        guest = site.browser()
        url = guest.callback_url("alpha", person)
        ((gone,),) = site.rows("SELECT id FROM identities WHERE sub = :sub", sub=person.sub)
        off = ready(browser, f"{CONNECTIONS}/{gone}/unlink")
        answers = at_once(off, partial(guest.visit, url))

        assert [end_of(answer) for answer in answers] == [CONNECTIONS, "/"]
        user = guest.sub()
        assert user != browser.sub()
        ends = [end for _, end in site.identities(person.sub)]
        # Who came first was signed out again; who came later has an account of their own.
        assert ends == ([int(user)] if user else [])


def test_lo_11_a_sign_in_while_the_account_is_deleted(site: Site, rounds: Iterator[int]) -> None:
    for number in rounds:
        person = Someone(f"leaving-{number}")
        browser, guest = site.signed_in("alpha", person), site.browser()
        old, url = browser.sub(), guest.callback_url("alpha", person)
        answers = at_once(ready(browser, "/account/delete", sure="y"), partial(guest.visit, url))

        assert [end_of(answer) for answer in answers] == ["/", "/"]
        assert guest.sub() != old
        assert site.rows("SELECT id FROM users WHERE id = :id", id=int(old or 0)) == []


def test_one_invitation_used_twice(
    database: str, crowd_provider: CountingProvider, tmp_path_factory: Any
) -> None:
    folder = tmp_path_factory.mktemp("log")
    with served(database, crowd_provider, folder, SIGNUP="invite") as site:
        for number in range(ROUNDS):
            with site.round():
                token = f"invitation-{number}"
                site.rows(
                    "INSERT INTO invitations (token_hash, created_at, expires_at)"
                    " VALUES (:hash, '2026-01-01 00:00:00', '2100-01-01 00:00:00')",
                    hash=hashlib.sha256(token.encode()).hexdigest(),
                )
                guests = [site.browser() for _ in range(3)]
                subs = [f"guest-{number}-{name}" for name in "abc"]
                urls = []
                for guest, sub in zip(guests, subs, strict=True):
                    assert went_to(guest.visit(f"/invite/{token}")) == "/login"
                    urls.append(guest.callback_url("alpha", Someone(sub)))
                answers = visit_at_once(guests, urls)

                assert Counter(map(end_of, answers)) == {"/": 1, "invitation_used": 2}
                assert len(site.identities(*subs)) == 1
        site.check()
