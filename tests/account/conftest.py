"""What these tests share: people to sign in as, apps with databases of their own, browsers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.counting_provider import CountingProvider, Someone, counting_provider
from harness.databases import postgresql_database, sqlite_copy
from harness.visitor import Visitor

ADA = Someone("1815", "Ada Lovelace", "ada@example.com")
ADA_AT_B = Someone("b-1815", "Ada L.", "ada@example.com")
GRACE = Someone("1906", "Grace Hopper", "grace@example.org")
PROVIDERS = ("github", "google", "alpha", "beta")

Serve = Callable[..., RunningApp]
Visit = Callable[..., Visitor]
Later = Callable[..., None]


@pytest.fixture(scope="session")
def _people() -> Iterator[CountingProvider]:
    with counting_provider() as made:
        yield made


@pytest.fixture
def provider(_people: CountingProvider) -> Iterator[CountingProvider]:
    """The provider, behind every name that the app knows; as usual at the start of each test."""
    _people.metadata = {}
    _people.before = lambda _: None
    _people.take_calls()
    yield _people
    _people.before = lambda _: None


@pytest.fixture(scope="module")
def crowd_provider() -> Iterator[CountingProvider]:
    """A provider for a server that serves a whole module."""
    with counting_provider() as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest,
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A migrated database for a whole module: its tests run on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield sqlite_copy(migrated_sqlite, tmp_path_factory.mktemp("database"))
        return
    with postgresql_database(request.getfixturevalue("migrated_postgresql")) as url:
        yield url


@pytest.fixture
def serve(provider: CountingProvider, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Serve]:
    """Serve an app with these settings; on a SQLite database of its own, or on the one named."""
    with ExitStack() as stack:

        def run(database_url: str = "", **settings: str) -> RunningApp:
            environ = provider.settings_for(*PROVIDERS) | settings
            url = database_url or sqlite_copy(migrated_sqlite, tmp_path)
            return stack.enter_context(running_app(url, environ))

        yield run


@pytest.fixture
def app(serve: Serve) -> RunningApp:
    """An app with the defaults of a new project."""
    return serve()


@pytest.fixture
def visit(provider: CountingProvider) -> Iterator[Visit]:
    """Open a browser at an app."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(Visitor(app.url, provider))


@pytest.fixture
def visitor(app: RunningApp, visit: Visit) -> Visitor:
    """A browser that nobody is signed in with."""
    return visit(app)


@pytest.fixture
def ada(app: RunningApp, visit: Visit) -> Visitor:
    """A browser that Ada is signed in with, by `alpha`."""
    browser = visit(app)
    assert browser.sign_in("alpha", ADA).headers["Location"] == "/"
    return browser


@pytest.fixture
def sql() -> Callable[..., Any]:
    """Change rows of an app's database: the only way to move a clock that is in them."""

    def run(app: RunningApp, statement: str, **values: Any) -> None:
        from app.db import db
        from sqlalchemy import text

        with app.app.app_context():
            db.session.execute(text(statement), values)
            db.session.commit()

    return run


@pytest.fixture
def later() -> Callable[..., None]:
    """Let time pass for the sessions of an app: their rows become older.

    `active`: the browsers were used all along, so only what does not follow use has aged.
    """

    def run(app: RunningApp, *, active: bool = False, **passed: float) -> None:
        from app.db import db
        from app.signin.database import now
        from app.signin.models import LoginSession

        with app.app.app_context():
            for row in db.session.scalars(db.select(LoginSession)):
                for name in ("created_at", "authenticated_at", "expires_at", "last_seen_at"):
                    setattr(row, name, getattr(row, name) - timedelta(**passed))
                if active:
                    row.last_seen_at = now()
            db.session.commit()

    return run


@pytest.fixture
def flask_command() -> Callable[..., Any]:
    """Run `flask …` for an app, as its owner would at the command line."""

    def run(app: RunningApp, *words: str) -> Any:
        return app.app.test_cli_runner().invoke(args=list(words))

    return run
