"""The app's own migrations, one after the other, with rows in the tables; and what they make."""

from collections.abc import Iterator

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from app import create_app
from app.db import Base, db
from flask import Flask
from harness.app_server import SECRET_KEY, TEMPLATE
from sqlalchemy.engine import Engine

from .rows import fill, rows

MIGRATIONS = TEMPLATE / "migrations"


def revisions() -> list[str]:
    """Return the app's revisions, the first one first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    walked = ScriptDirectory.from_config(config).walk_revisions()
    return [script.revision for script in walked][::-1]


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    settings = {"APP_ENV": "development", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url}
    made = create_app(settings)
    with made.app_context():
        yield made
        db.engine.dispose()


def test_each_step_up_and_down_keeps_every_row(app: Flask, engine: Engine) -> None:
    """Each table gets rows as soon as it is there; no later step, up or down, may change one."""
    steps, kept = revisions(), []
    assert len(steps) >= 2
    flask_migrate.downgrade(str(MIGRATIONS), revision="base")
    for revision in steps:
        flask_migrate.upgrade(str(MIGRATIONS), revision)
        db.engine.dispose()
        found = rows(engine)
        if kept:
            assert {table: found[table] for table in kept[-1]} == kept[-1]
        fill(engine, [table for table, there in found.items() if not there])
        kept.append(rows(engine))
    assert len(kept[-1]) >= 9
    assert all(kept[-1].values())
    for revision, before in list(zip(steps, kept, strict=True))[-2::-1]:
        flask_migrate.downgrade(str(MIGRATIONS), revision=revision)
        db.engine.dispose()
        assert rows(engine) == before
    flask_migrate.downgrade(str(MIGRATIONS), revision="base")
    assert rows(engine) == {}
    flask_migrate.upgrade(str(MIGRATIONS))
    assert set(rows(engine)) == set(kept[-1])


def test_the_migrations_make_the_tables_of_the_models(app: Flask, engine: Engine) -> None:
    """Columns, types, indexes, constraints and foreign keys, on each kind of database."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
