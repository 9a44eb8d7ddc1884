"""A database that is gone, locked, read-only or full, or that fails at the commit.

The pages say so with 503, nothing is half-written, nobody is let in, and all is well again as soon
as the database is: without a restart.
"""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from harness.app_server import RunningApp
from harness.databases import POSTGRESQL
from harness.tcp_proxy import tcp_proxy
from harness.visitor import Visitor, error_of, text_of, went_to
from sqlalchemy import event

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit

TABLES = ("users", "identities", "login_sessions", "notes", "audit_events")


class Faulty:
    """An app whose database can be broken and mended."""

    def __init__(
        self, app: RunningApp, break_: Callable[[], None], mend: Callable[[], None], reads: bool
    ) -> None:
        self.app, self.break_, self.mend, self.reads = app, break_, mend, reads


@pytest.fixture(params=["gone", "locked", "read-only"])
def faulty(
    request: pytest.FixtureRequest, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Faulty]:
    yield from {"gone": _gone, "locked": _locked, "read-only": _read_only}[request.param](
        request, serve, monkeypatch
    )


def _gone(request: pytest.FixtureRequest, serve: Serve, _: Any) -> Iterator[Faulty]:
    """PostgreSQL breaks its connections and refuses new ones."""
    from harness.databases import postgresql_database

    server = urlsplit(POSTGRESQL)
    template = request.getfixturevalue("migrated_postgresql")
    with (
        postgresql_database(template) as url,
        tcp_proxy(server.hostname or "127.0.0.1", server.port or 5432) as proxy,
    ):
        through = url.replace(f":{server.port}/", f":{proxy.port}/")
        app = serve(through)
        yield Faulty(app, proxy.cut, proxy.restore, reads=False)
        with app.app.app_context():
            from app.db import db

            db.engine.dispose()


def _locked(
    request: pytest.FixtureRequest, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Faulty]:
    """Another process holds SQLite's lock for longer than the app waits."""
    monkeypatch.setattr("app.db.BUSY_MILLISECONDS", 100)
    url = request.getfixturevalue("sqlite_url")
    other = sqlite3.connect(
        url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
    )
    app = serve(url)
    yield Faulty(
        app,
        lambda: other.execute("BEGIN EXCLUSIVE") and None,
        lambda: other.execute("ROLLBACK") and None,
        reads=True,
    )
    other.close()


def _read_only(request: pytest.FixtureRequest, serve: Serve, _: Any) -> Iterator[Faulty]:
    """SQLite may be read, and answers each attempt to write with SQLITE_READONLY."""
    app = serve(request.getfixturevalue("sqlite_url"))
    on = {"query_only": 0}
    from app.db import db

    with app.app.app_context():
        engine = db.engine

    def prepare(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA query_only={on['query_only']}")

    event.listen(engine, "checkout", prepare)
    yield Faulty(app, lambda: on.update(query_only=1), lambda: on.update(query_only=0), reads=True)


def state(app: RunningApp) -> dict[str, Any]:
    return {table: app.rows(table) for table in TABLES}


def sorry(browser: Visitor, answer: requests.Response) -> None:
    """Check that an answer says 503, at most one redirect away, or 500, without a trace.

    500 is for what a statement did wrong: the database answered.
    """
    if answer.status_code == 303:
        status = {"unavailable": 503, "internal_error": 500}[error_of(answer)]
        answer = browser.visit(went_to(answer))
        assert answer.status_code == status
    assert answer.status_code in (500, 503), (answer.status_code, answer.headers.get("Location"))
    shown = ("Nothing was changed", "temporarily unavailable", "The error was logged")
    assert any(text in text_of(answer) for text in shown)
    for word in ("Traceback", "sqlite", "psycopg", "SELECT", "INSERT"):
        assert word not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_db_01_db_07_login_start(faulty: Faulty, visit: Visit) -> None:
    visitor = visit(faulty.app)
    token = visitor.csrf_token()
    faulty.break_()
    path = f"{faulty.app.url}/login/alpha"
    sorry(visitor, visitor.post(path, data={"csrf_token": token}, allow_redirects=False))
    assert visitor.visit("/login").status_code == 200
    assert visitor.visit("/healthz").status_code == 200
    faulty.mend()

    assert went_to(visitor.sign_in("alpha", ADA)) == "/"


def test_db_01_db_07_callback(faulty: Faulty, visit: Visit) -> None:
    visitor = visit(faulty.app)
    callback = visitor.callback_url("alpha", ADA)
    visitor.people.take_calls()
    faulty.break_()
    sorry(visitor, visitor.visit(callback))
    assert "POST /token" not in [call.name for call in visitor.people.take_calls()]
    faulty.mend()

    assert visitor.who() is None
    assert not any(state(faulty.app).values())
    # The code was not used: the same answer may come again.
    assert went_to(visitor.visit(callback)) == "/"


@pytest.mark.parametrize("moment", ["POST /token", "GET /userinfo"])
def test_db_01_db_07_while_the_provider_is_asked(faulty: Faulty, visit: Visit, moment: str) -> None:
    from dataclasses import replace

    bare = replace(ADA, email=None)
    visitor = visit(faulty.app)
    callback = visitor.callback_url("alpha", bare)
    visitor.people.before = lambda name: faulty.break_() if name == moment else None
    answer = visitor.visit(callback)
    visitor.people.before = lambda _: None
    sorry(visitor, answer)
    faulty.mend()

    assert visitor.who() is None
    assert not any(state(faulty.app).values())
    assert went_to(visitor.sign_in("alpha", bare)) == "/"
    assert visitor.who()["id"] is not None
    assert len(faulty.app.rows("users")) == 1


def test_db_01_db_07_pages(faulty: Faulty, visit: Visit, later: Any) -> None:
    """Of somebody who is signed in."""
    visitor = visit(faulty.app)
    visitor.sign_in("alpha", ADA)
    token = visitor.csrf_token("/account")
    before = state(faulty.app)
    faulty.break_()
    for path in ("/", "/account", "/notes", "/session", "/login", "/login/error/unavailable"):
        answer = visitor.visit(path)
        if faulty.reads:
            assert answer.status_code == (503 if path.endswith("unavailable") else 200), path
        elif answer.status_code != 200:
            sorry(visitor, answer)
    for path, fields in (
        ("/notes", {"body": "x"}),
        ("/account", {"name": "X", "picture": "initials"}),
        ("/account/connections/beta", {}),
        ("/account/sessions/end-others", {}),
        ("/account/delete", {"sure": "y"}),
        ("/account/export", {}),
        ("/logout", {}),
    ):
        form = {"csrf_token": token, **fields}
        answer = visitor.post(faulty.app.url + path, data=form, allow_redirects=False)
        sorry(visitor, answer)
    faulty.mend()

    assert state(faulty.app) == before
    assert visitor.who()["id"] == "1"
    assert visitor.press("/notes", body="x").status_code == 303


def test_db_01_db_07_a_page_that_would_note_the_last_use(
    faulty: Faulty, visit: Visit, later: Any
) -> None:
    """Reading still works where only writing does not, or says 503; nobody is signed out."""
    visitor = visit(faulty.app)
    visitor.sign_in("alpha", ADA)
    later(faulty.app, minutes=2)
    faulty.break_()
    answer = visitor.visit("/account")
    assert answer.status_code in (200, 503)
    faulty.mend()

    assert visitor.who()["id"] == "1"


def test_db_01_readiness(faulty: Faulty) -> None:
    assert requests.get(f"{faulty.app.url}/readyz", timeout=10).json() == {"status": "ok"}
    faulty.break_()
    answer = requests.get(f"{faulty.app.url}/readyz", timeout=10)
    assert answer.status_code == (200 if faulty.reads else 503)
    faulty.mend()
    assert requests.get(f"{faulty.app.url}/readyz", timeout=10).status_code == 200


def test_db_01_connections_that_were_broken_are_made_anew(
    serve: Serve, visit: Visit, request: pytest.FixtureRequest
) -> None:
    """PostgreSQL was restarted while nobody was looking."""
    import psycopg
    from harness.databases import postgresql_database

    with postgresql_database(request.getfixturevalue("migrated_postgresql")) as url:
        app = serve(url)
        visitor = visit(app)
        visitor.sign_in("alpha", ADA)
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [url.rpartition("/")[2]],
            )

        assert visitor.visit("/account").status_code == 200
        assert went_to(visitor.sign_in("beta", GRACE)) == "/"


def test_db_07_full(app: RunningApp, visit: Visit, sql: Any) -> None:
    """SQLite may not grow by a page: sooner or later there is no room for another login."""
    from app.db import db

    visitor = visit(app)
    visitor.sign_in("alpha", ADA)
    before = state(app)
    limit = {"pages": 1}
    with app.app.app_context():
        engine = db.engine

    def prepare(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={limit['pages']}")

    event.listen(engine, "checkout", prepare)
    for _ in range(12):
        guest = visit(app)
        answer = guest.press("/login/alpha", next="/" + "x" * 2000)
        if not went_or_none(answer, guest):
            sorry(guest, answer)
            break
    else:
        raise AssertionError("it never became full")
    assert state(app) == before
    assert visitor.visit("/account").status_code == 200
    limit["pages"] = 10**6

    assert went_to(guest.sign_in("beta", GRACE)) == "/"
    sql(app, "PRAGMA wal_checkpoint")
    with app.app.app_context():
        assert db.session.scalar(db.text("PRAGMA integrity_check")) == "ok"


def went_or_none(answer: requests.Response, browser: Visitor) -> bool:
    location = answer.headers.get("Location", "")
    return answer.status_code == 303 and location.startswith(browser.people.url)


def test_db_07_opened_read_only(sqlite_url: str, serve: Serve, visit: Visit) -> None:
    """The file itself is opened so that nothing can be written."""
    visit(serve(sqlite_url)).sign_in("alpha", ADA)
    file = sqlite_url.removeprefix("sqlite:///")
    app = serve(f"sqlite:///file:{file}?mode=ro&uri=true")
    visitor = visit(app)

    assert visitor.visit("/").status_code == 200
    sorry(visitor, visitor.press("/login/alpha"))
    assert len(app.rows("users")) == 1


# --- The commit fails after the provider said yes

SQLITE_REFUSES = """
CREATE TABLE stop (x INTEGER REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TRIGGER stop_{table} AFTER {what} ON {table} BEGIN INSERT INTO stop VALUES (-1); END
"""
POSTGRESQL_REFUSES = """
CREATE FUNCTION stop() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''stop''; END' LANGUAGE plpgsql;
CREATE CONSTRAINT TRIGGER stop_{table} AFTER {what} ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION stop()
"""


@pytest.fixture
def shared(serve: Serve, each_database: str) -> RunningApp:
    return serve(each_database)


def refuse(app: RunningApp, sql: Any, what: str, table: str) -> None:
    """Let the database take the statement and refuse the commit."""
    lite = app.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    for statement in (SQLITE_REFUSES if lite else POSTGRESQL_REFUSES).split(";\n"):
        sql(app, statement.format(what=what, table=table))


def allow(app: RunningApp, sql: Any, table: str) -> None:
    lite = app.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    sql(app, f"DROP TRIGGER stop_{table}" + ("" if lite else f" ON {table}"))


@pytest.mark.parametrize("table", ["login_sessions", "users", "identities", "notes"])
def test_db_02_first_sign_in(shared: RunningApp, visit: Visit, sql: Any, table: str) -> None:
    visitor = visit(shared)
    refuse(shared, sql, "INSERT", table)
    answer = visitor.sign_in("alpha", ADA)

    assert error_of(answer) == "internal_error"
    sorry(visitor, answer)
    assert visitor.who() is None
    assert not any(state(shared).values())
    allow(shared, sql, table)
    assert went_to(visitor.sign_in("alpha", ADA)) == "/"
    assert len(shared.rows("users")) == len(shared.rows("notes")) == 1


@pytest.mark.parametrize(
    ("what", "table"), [("INSERT", "login_sessions"), ("UPDATE", "identities")]
)
def test_db_02_a_sign_in_of_somebody_known(
    shared: RunningApp, visit: Visit, sql: Any, what: str, table: str
) -> None:
    """Grace was signed in with the same browser: she still is."""
    ada, visitor = visit(shared), visit(shared)
    ada.sign_in("alpha", ADA)
    visitor.sign_in("beta", GRACE)
    before = state(shared)
    refuse(shared, sql, what, table)

    assert error_of(visitor.sign_in("alpha", ADA)) == "internal_error"
    assert state(shared) == before
    assert visitor.who()["name"] == GRACE.name
    allow(shared, sql, table)
    assert went_to(visitor.sign_in("alpha", ADA)) == "/"
    assert visitor.who()["name"] == ADA.name


@pytest.mark.parametrize(
    ("what", "table", "step"),
    [
        ("INSERT", "identities", lambda v: v.link("google", GRACE)),
        ("INSERT", "login_sessions", lambda v: v.confirm("alpha", ADA)),
        ("DELETE", "identities", lambda v: v.press("/account/connections/2/unlink")),
        ("DELETE", "users", lambda v: v.press("/account/delete", sure="y")),
        ("DELETE", "login_sessions", lambda v: v.press("/logout")),
        ("UPDATE", "users", lambda v: v.press("/account", name="X", picture="initials")),
    ],
    ids=["link", "confirm", "unlink", "delete", "logout", "profile"],
)
def test_db_02_everything_else(
    shared: RunningApp, visit: Visit, sql: Any, what: str, table: str, step: Any
) -> None:
    ada = visit(shared)
    ada.sign_in("alpha", ADA)
    ada.link("beta", ADA_AT_B)
    before = state(shared)
    refuse(shared, sql, what, table)
    answer = step(ada)

    sorry(ada, answer)
    assert state(shared) == before
    assert ada.who()["name"] == ADA.name
    allow(shared, sql, table)
    assert step(ada).status_code == 303
    assert state(shared) != before


@pytest.mark.parametrize("kind", ["identity", "user"])
def test_db_03_a_conflict_never_leads_to_the_row_with_that_address(
    shared: RunningApp, visit: Visit, sql: Any, kind: str
) -> None:
    """Another row of the database is in the way: refused, and nobody else's account is opened."""
    visit(shared).sign_in("alpha", ADA)
    columns = {"identity": ("identities", "email"), "user": ("users", "email")}
    table, column = columns[kind]
    sql(shared, f"CREATE UNIQUE INDEX own ON {table} ({column})")
    from dataclasses import replace

    stranger = visit(shared)
    before = state(shared)
    answer = stranger.sign_in("beta", replace(ADA_AT_B, verified=False))

    assert error_of(answer) == "internal_error"
    assert stranger.who() is None
    assert state(shared) == before


def test_db_08_not_migrated(serve: Serve, visit: Visit, tmp_path: Any) -> None:
    app = serve(f"sqlite:///{tmp_path / 'empty.db'}")
    visitor = visit(app)
    ready = visitor.visit("/readyz")

    assert ready.status_code == 503
    assert "flask db upgrade" in ready.text
    sorry(visitor, visitor.press("/login/alpha"))
