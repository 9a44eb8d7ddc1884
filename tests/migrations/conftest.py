"""A filled database, on SQLite and on PostgreSQL, and migrations written for a test."""

import shutil
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from harness.app_server import TEMPLATE
from harness.databases import run_python
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def database_url(each_database: str) -> str:
    """What the app's own migrations have made."""
    return each_database


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the app whose migrations can be added to."""
    ignored = shutil.ignore_patterns("instance", "tests", "docs", ".*", "__pycache__")
    return Path(shutil.copytree(TEMPLATE, tmp_path / "project", ignore=ignored))


@pytest.fixture
def python(project: Path, database_url: str) -> Run:
    """Run Python in the project, with the settings of its owner."""
    return partial(run_python, project, database_url)


@pytest.fixture
def flask(python: Run) -> Run:
    """Run a flask command, as an owner does."""
    return partial(python, "-m", "flask")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database, beside the app."""
    made = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    yield made
    made.dispose()


def write_migration(project: Path, revision: str, after: str, upgrade: str, downgrade: str) -> None:
    """Add a migration file with these bodies."""
    parts = [
        "import sqlalchemy as sa",
        "from alembic import op",
        f"revision = {revision!r}",
        f"down_revision = {after!r}",
        "def upgrade():",
        textwrap.indent(upgrade, "    "),
        "def downgrade():",
        textwrap.indent(downgrade, "    "),
    ]
    file = project / "migrations" / "versions" / f"{revision}.py"
    file.write_text("\n".join(parts), encoding="utf-8")
