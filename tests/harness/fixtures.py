"""Fixtures for the tests that run the app."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url

from .databases import POSTGRESQL, migrate, postgresql_database, sqlite_copy
from .needs import is_missing


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""
    # scripts/mutate.py makes one for all its runs.
    if made := os.environ.get("MIGRATED_SQLITE"):
        return Path(made)
    file = tmp_path_factory.mktemp("migrated") / "app.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_server() -> None:
    """The test needs a PostgreSQL server."""
    try:
        psycopg.connect(f"{POSTGRESQL}/postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        is_missing("PostgreSQL", f"TEST_POSTGRESQL={POSTGRESQL} does not answer")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The URL of a Redis server, which the test needs."""
    url = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379/9")
    try:
        with Redis.from_url(url, socket_connect_timeout=5) as redis:
            redis.ping()
    except RedisError:
        is_missing("Redis", f"TEST_REDIS={url} does not answer")
    return url


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: None) -> Iterator[str]:
    """The name of a migrated PostgreSQL database, to copy."""
    with postgresql_database() as url:
        migrate(url)
        yield str(make_url(url).database)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of the test's own."""
    return sqlite_copy(migrated_sqlite, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path: Path
) -> Iterator[str]:
    """A migrated database of the test's own: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield sqlite_copy(migrated_sqlite, tmp_path)
        return
    with postgresql_database(request.getfixturevalue("migrated_postgresql")) as url:
        yield url
