"""Fresh, migrated databases: a SQLite file or a PostgreSQL database for each test."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from .app_server import SECRET_KEY, TEMPLATE

POSTGRESQL = os.environ.get("TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")


def run_python(app: Path, database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in an app's folder, with the settings of its owner."""
    environ = {
        **os.environ,
        "APP_ENV": "development",
        "FLASK_APP": "app",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": database_url,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=app, env=environ, check=False, capture_output=True, text=True
    )


def migrate(database_url: str) -> None:
    """Bring a database to the newest migration, as an owner does."""
    done = run_python(TEMPLATE, database_url, "-m", "flask", "db", "upgrade")
    assert done.returncode == 0, done.stderr


def sqlite_copy(migrated: Path, folder: Path) -> str:
    """Copy a migrated SQLite file into `folder`; return its URL."""
    copy = folder / f"{uuid.uuid4().hex}.db"
    shutil.copy(migrated, copy)
    return f"sqlite:///{copy}"


@contextmanager
def postgresql_database(template: str | None = None) -> Iterator[str]:
    """Make a PostgreSQL database, a copy of `template` if named; drop it in the end."""
    name = f"kit_{uuid.uuid4().hex}"
    copied = f' TEMPLATE "{template}"' if template else ""
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copied}')
        try:
            yield f"{POSTGRESQL}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
