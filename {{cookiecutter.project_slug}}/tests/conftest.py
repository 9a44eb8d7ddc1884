"""What the tests share: apps with a migrated database, browsers, a provider to sign in at."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import certifi
import flask_migrate
import pytest
import responses
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.event import listen, remove

# What helps in development can be imported there only.
os.environ["APP_ENV"] = "development"

from app import create_app
from app.db import db
from app.signin.config import ROOT
from app.signin.oauth.transport.http import Http
from tests.browser import Browser
from tests.fake_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider

SETTINGS = {
    "APP_ENV": "development",
    "SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "RATELIMIT_ENABLED": "0",
    "OIDC_FAKE_LABEL": "Fake",
    "OIDC_FAKE_CLIENT_ID": CLIENT_ID,
    "OIDC_FAKE_CLIENT_SECRET": CLIENT_SECRET,
}
PRODUCTION = {
    "APP_ENV": "production",
    "PUBLIC_URL": "https://app.example.org",
    "ALLOW_HTTP_LOOPBACK": "1",
}

MakeApp = Callable[..., Flask]


@pytest.fixture(scope="session")
def fake_server() -> Iterator[FakeProvider]:
    server = FakeProvider()
    yield server
    server.stop()


@pytest.fixture
def fake(fake_server: FakeProvider) -> FakeProvider:
    """The provider `fake`, honest at the start of each test."""
    fake_server.behave()
    return fake_server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database made by the migrations, to copy."""
    file = tmp_path_factory.mktemp("database") / "migrated.db"
    app = create_app(
        {**SETTINGS, "OIDC_FAKE_ISSUER": "https://id.example", "DATABASE_URL": f"sqlite:///{file}"}
    )
    with app.app_context():
        flask_migrate.upgrade(str(ROOT / "migrations"))
        db.engine.dispose()
    return file


@pytest.fixture(scope="session")
def trust_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with one certificate: to load all of certifi's takes longer than most tests."""
    end = "-----END CERTIFICATE-----"
    file = tmp_path_factory.mktemp("trust") / "one.pem"
    file.write_text(certifi.contents().partition(end)[0] + end + "\n", encoding="utf-8")
    return str(file)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Compiled templates, for all apps: compiling them anew would take most of the tests' time."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(
    migrated: Path, trust_store: str, compiled: BytecodeCache, fake: FakeProvider, tmp_path: Path
) -> Iterator[MakeApp]:
    """Make an app with further settings and a database of its own."""
    made: list[Flask] = []

    def make(environ: Mapping[str, str] | None = None, **options: Any) -> Flask:
        file = tmp_path / f"{len(made)}.db"
        shutil.copy(migrated, file)
        settings = {
            **SETTINGS,
            "OIDC_FAKE_ISSUER": fake.issuer,
            "DATABASE_URL": f"sqlite:///{file}",
            "SSL_CERT_FILE": trust_store,
            **(environ or {}),
        }
        app = create_app(settings, **options)
        app.testing = True
        app.test_client_class = Browser
        app.jinja_env.bytecode_cache = compiled
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The app as it is in development.

    No test holds its context around a request: each request has one of its own, as in life.
    """
    return make_app()


@pytest.fixture
def two(make_app: MakeApp, fake: FakeProvider) -> Flask:
    """An app with a second provider, which is the same server by another name."""
    return make_app(fake.settings("second"))


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser that nobody is signed in with."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask) -> Browser:
    """A browser that Ada is signed in with."""
    browser = app.test_client()
    assert browser.sign_in().location == "/"
    return browser


@pytest.fixture(scope="session")
def http(trust_store: str) -> Http:
    """One for all, as in the app: it holds no state."""
    return Http(trust_store=trust_store, loopback=True)


@pytest.fixture
def recorded() -> Iterator[responses.RequestsMock]:
    """Answers of providers, recorded; each must be asked for, and nothing else."""
    with responses.RequestsMock() as recorded:
        yield recorded


@pytest.fixture
def statements(app: Flask) -> Callable[..., Any]:
    """Note the SQL statements of a block."""

    @contextmanager
    def noted() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        with app.app_context():
            engine = db.engine
        listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            remove(engine, "before_cursor_execute", note)

    return noted
