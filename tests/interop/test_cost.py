"""What a login costs, counted: requests to the provider, connections, statements, commits."""

import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.browser import Browser
from harness.counting_provider import (
    CountingProvider,
    Person,
    counting_provider,
    tls_for_localhost,
)

ADA, BOB = Person(1), Person(2)
PROVIDERS = ("github", "corp")


@pytest.fixture
def provider() -> Iterator[CountingProvider]:
    with counting_provider() as running:
        yield running


def log_in(browser: Browser, provider: CountingProvider, name: str, person: Person) -> None:
    start = browser.start(name)
    answer = browser.get(provider.sign_in(start.headers["Location"], person), allow_redirects=False)
    assert answer.headers["Location"] == "/", answer.headers


def names(provider: CountingProvider) -> list[str]:
    return [call.name for call in provider.take_calls()]


# Requests to the provider


def test_returning_github_login(provider: CountingProvider, sqlite_url: str) -> None:
    """Three requests, and the two for the profile at the same time: each waits for the other."""
    both = threading.Barrier(2, timeout=10)

    def before(name: str) -> None:
        if name.startswith("GET /user"):
            both.wait()

    with running_app(sqlite_url, provider.settings) as app:
        provider.before = before
        for _ in range(2):
            provider.take_calls()
            log_in(Browser(app.url), provider, "github", ADA)
        token, *profile = provider.take_calls()
    assert token.name == "POST /login/oauth/access_token"
    assert sorted(call.name for call in profile) == ["GET /user", "GET /user/emails"]
    assert all(token.ended <= call.began for call in profile)


def test_returning_openid_login(provider: CountingProvider, sqlite_url: str) -> None:
    with running_app(sqlite_url, provider.settings) as app:
        log_in(Browser(app.url), provider, "corp", ADA)
        assert names(provider) == [
            "GET /.well-known/openid-configuration",
            "POST /token",
            "GET /jwks",
        ]
        log_in(Browser(app.url), provider, "corp", ADA)
        log_in(Browser(app.url), provider, "corp", BOB)
        assert names(provider) == ["POST /token", "POST /token"]


def test_pages_ask_the_provider_nothing(provider: CountingProvider, sqlite_url: str) -> None:
    with running_app(sqlite_url, provider.settings) as app:
        browser = Browser(app.url)
        log_in(browser, provider, "corp", ADA)
        provider.take_calls()
        for path in ("/", "/notes", "/session", "/login", "/login/corp", "/readyz"):
            assert browser.get(app.url + path).status_code == 200
        assert names(provider) == []


# Connections


def test_connections_are_kept(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TLS: one connection an origin for logins one by one, the trust store read once."""
    loads = []

    def counting(name: str) -> None:
        load = getattr(ssl.SSLContext, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            loads.append(name)
            return load(*arguments, **options)

        monkeypatch.setattr(ssl.SSLContext, name, counted)

    server_side, trusted = tls_for_localhost(tmp_path)
    counting("load_verify_locations")
    counting("load_default_certs")
    with counting_provider("localhost", server_side) as provider:
        environ = {**provider.settings, "SSL_CERT_FILE": str(trusted)}
        with running_app(sqlite_url, environ) as app:
            assert loads == ["load_verify_locations"]
            log_in(Browser(app.url), provider, "corp", ADA)
            assert provider.connections == 1
            for number in range(5):
                log_in(Browser(app.url), provider, "corp", Person(number))
            assert provider.connections == 1

            # GitHub's second profile call needs a connection of its own, once.
            for number in range(5):
                log_in(Browser(app.url), provider, "github", Person(number))
            assert provider.connections == 2

            provider.seconds = 0.1
            with ThreadPoolExecutor(8) as crowd:
                for _ in range(2):
                    logins = [
                        crowd.submit(log_in, Browser(app.url), provider, "corp", Person(number))
                        for number in range(8)
                    ]
                    for login in logins:
                        login.result()
            assert provider.connections <= 8
    assert loads == ["load_verify_locations"]


# Statements


@dataclass
class Sql:
    """What was sent to a database, BEGIN, COMMIT and PRAGMA aside; and how often it committed."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0

    def take(self) -> tuple[list[str], int]:
        taken = [statement.split()[0] for statement in self.statements], self.commits
        self.statements.clear()
        self.commits = 0
        return taken


@contextmanager
def counted_sql(app: RunningApp) -> Iterator[Sql]:
    from app.db import db
    from sqlalchemy import event

    sql = Sql()

    def execute(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("PRAGMA"):
            sql.statements.append(statement)

    def commit(_conn: Any) -> None:
        sql.commits += 1

    with app.app.app_context():
        engine = db.engine
    # What a database asks with its very first connection is not a login's.
    Browser(app.url).get(f"{app.url}/readyz")
    event.listen(engine, "before_cursor_execute", execute)
    event.listen(engine, "commit", commit)
    try:
        yield sql
    finally:
        event.remove(engine, "before_cursor_execute", execute)
        event.remove(engine, "commit", commit)


@pytest.mark.parametrize("name", PROVIDERS)
def test_statements(name: str, provider: CountingProvider, each_database: str) -> None:
    with running_app(each_database, provider.settings) as app, counted_sql(app) as sql:
        for most in (9, 6):
            browser = Browser(app.url)
            start = browser.start(name)
            statements, commits = sql.take()
            assert len(statements) <= 2, statements
            assert commits == 1

            browser.get(provider.sign_in(start.headers["Location"], ADA), allow_redirects=False)
            statements, commits = sql.take()
            assert len(statements) <= most, statements
            assert commits == 2

        assert browser.sub() is not None
        sql.take()
        for path in ("/", "/session", "/login"):
            assert browser.get(app.url + path).status_code == 200
            assert sql.take() == (["SELECT"], 0)
        for path in ("/healthz", "/static/app.css"):
            assert browser.get(app.url + path).status_code == 200
            assert sql.take() == ([], 0)
        stranger = Browser(app.url)
        for path in ("/", "/login", f"/login/{name}", "/notes"):
            stranger.get(app.url + path)
            assert sql.take() == ([], 0)


def test_last_seen_is_written_once_a_minute(provider: CountingProvider, each_database: str) -> None:
    from app.db import db
    from app.signin.database import now
    from app.signin.models import LoginSession
    from sqlalchemy import update

    with running_app(each_database, provider.settings) as app, counted_sql(app) as sql:
        browser = Browser(app.url)
        log_in(browser, provider, "github", ADA)
        with app.app.app_context():
            db.session.execute(
                update(LoginSession).values(last_seen_at=now() - timedelta(seconds=61))
            )
            db.session.commit()
        sql.take()
        assert browser.sub() is not None
        assert sql.take() == (["SELECT", "UPDATE"], 1)
        assert browser.sub() is not None
        assert sql.take() == (["SELECT"], 0)


# The database while a provider is being called


def test_nothing_of_the_database_is_held_during_calls(
    provider: CountingProvider, each_database: str
) -> None:
    """A provider that is slow must not use up the connections of everybody else."""
    from app.db import db

    held: list[tuple[str, int]] = []
    with running_app(each_database, provider.settings) as app:
        with app.app.app_context():
            pool = db.engine.pool
        provider.before = lambda name: held.append((name, pool.checkedout()))
        browser = Browser(app.url)
        for name in PROVIDERS:
            # The second time in a browser that is signed in, and with a page of it just seen.
            for _ in range(2):
                log_in(browser, provider, name, ADA)
                browser.get(f"{app.url}/notes")
        assert {name for name, _ in held} == {
            "GET /.well-known/openid-configuration",
            "POST /token",
            "GET /jwks",
            "POST /login/oauth/access_token",
            "GET /user",
            "GET /user/emails",
        }
        assert [name for name, connections in held if connections] == []
