"""The app's process is killed in the middle of a login; afterwards nothing is half-written, and the
same browser can sign in."""

import itertools
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import requests
from harness.counting_provider import CountingProvider, Someone
from harness.gunicorn import Gunicorn, gunicorn
from harness.visitor import Visitor, went_to
from sqlalchemy import create_engine, text

from .conftest import ADA, ADA_AT_B

TABLES = ("users", "identities", "login_sessions", "notes", "audit_events")
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def server(
    database: str, crowd_provider: CountingProvider, tmp_path_factory: Any
) -> Iterator[Gunicorn]:
    folder = tmp_path_factory.mktemp("log")
    settings = crowd_provider.settings_for("alpha", "beta")
    with gunicorn(database, settings, folder, workers=1) as made:
        yield made


@pytest.fixture(scope="module")
def rows(database: str) -> Iterator[Callable[[], dict[str, Any]]]:
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))

    def read() -> dict[str, Any]:
        with engine.connect() as connection:
            return {
                table: [tuple(r) for r in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
                for table in TABLES
            }

    yield read
    engine.dispose()


@pytest.fixture
def visitor(server: Gunicorn, crowd_provider: CountingProvider) -> Iterator[Visitor]:
    crowd_provider.before = lambda _: None
    # A new worker, which has not read the provider's metadata and keys yet.
    server.kill_workers()
    server.wait()
    with Visitor(server.url, crowd_provider) as made:
        yield made
    crowd_provider.before = lambda _: None


def somebody_new(person: Someone = ADA) -> Someone:
    """Return the person as one who was never here; bare, so that userinfo is asked too."""
    return replace(person, sub=f"killed-{next(NUMBERS)}", email=None, claims={"name": None})


def grown(rows: Any, before: dict[str, Any]) -> list[int]:
    """Return by how many rows the tables have grown."""
    after = rows()
    return [len(after[table]) - len(before[table]) for table in TABLES]


@contextmanager
def killed_at(server: Gunicorn, provider: CountingProvider, step: str) -> Iterator[None]:
    """Kill the worker while it waits for the provider's answer to this request."""
    met = []

    def before(name: str) -> None:
        if name == step:
            provider.before = lambda _: None
            met.append(name)
            server.kill_workers()

    provider.before = before
    with pytest.raises(requests.ConnectionError):
        yield
    server.wait()
    assert met


@pytest.mark.parametrize(
    "step",
    ["GET /.well-known/openid-configuration", "POST /token", "GET /jwks", "GET /userinfo"],
    ids=["metadata", "token", "keys", "userinfo"],
)
def test_a_first_sign_in(server: Gunicorn, visitor: Visitor, rows: Any, step: str) -> None:
    person, before = somebody_new(), rows()
    with killed_at(server, visitor.people, step):
        visitor.sign_in("alpha", person)
    assert rows() == before
    assert visitor.who() is None

    assert went_to(visitor.sign_in("alpha", person)) == "/"
    assert visitor.who()
    assert grown(rows, before) == [1, 1, 1, 1, 1]


def test_a_link(server: Gunicorn, visitor: Visitor, rows: Any) -> None:
    visitor.sign_in("alpha", somebody_new())
    me, before, other = visitor.who(), rows(), somebody_new(ADA_AT_B)
    with killed_at(server, visitor.people, "POST /token"):
        visitor.link("beta", other)

    assert rows() == before
    assert visitor.who() == me
    assert went_to(visitor.link("beta", other)) == "/account/connections"
    assert grown(rows, before) == [0, 1, 0, 0, 1]


@contextmanager
def held_up(url: str) -> Iterator[None]:
    """Let no transaction of the app that writes a session end before this block does."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("BEGIN")
        # What the app has written by then is in its transaction, and waits for this lock.
        connection.execute("LOCK TABLE login_sessions IN SHARE MODE")
        yield
        connection.execute("ROLLBACK")


def test_before_the_commit(server: Gunicorn, visitor: Visitor, rows: Any, database: str) -> None:
    """The provider has said yes, and the transaction is under way."""
    person, before = somebody_new(), rows()
    callback = visitor.callback_url("alpha", person)
    asked, go_on = threading.Event(), threading.Event()

    def wait(name: str) -> None:
        if name == "GET /userinfo":
            asked.set()
            go_on.wait(10)

    visitor.people.before = wait
    failed: list[Exception] = []

    def come_back() -> None:
        try:
            visitor.visit(callback)
        except requests.ConnectionError as error:
            failed.append(error)

    thread = threading.Thread(target=come_back)
    thread.start()
    assert asked.wait(10)
    with held_up(database):
        go_on.set()
        time.sleep(0.5)
        server.kill_workers()
        thread.join(20)
    server.wait()

    assert failed
    assert rows() == before
    assert went_to(visitor.sign_in("alpha", person)) == "/"
    assert grown(rows, before) == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("number", range(int(os.environ.get("KILL_ROUNDS", "4"))))
def test_around_the_commit(server: Gunicorn, visitor: Visitor, rows: Any, number: int) -> None:
    """At any moment: a whole account, or none; and the person gets in."""
    person, before = somebody_new(), rows()
    callback = visitor.callback_url("alpha", person)

    def soon(name: str) -> None:
        if name == "GET /userinfo":
            threading.Timer(0.005 * number, server.kill_workers).start()

    visitor.people.before = soon
    with suppress(requests.ConnectionError):
        visitor.visit(callback)
    visitor.people.before = lambda _: None
    time.sleep(0.1)
    server.wait()

    assert grown(rows, before) in ([0, 0, 0, 0, 0], [1, 1, 1, 1, 1])
    assert went_to(visitor.sign_in("alpha", person)) == "/"
    assert visitor.who()
    assert grown(rows, before)[:2] == [1, 1]
