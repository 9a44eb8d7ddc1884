"""The database: migrations, moments, transactions."""

import os
from datetime import UTC, datetime, timedelta, timezone

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import UniqueConstraint, inspect, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.db import Base, db
from app.models import User
from app.signin.config import ROOT
from app.signin.database import transaction
from app.signin.models import Identity

MIGRATIONS = str(ROOT / "migrations")


def test_the_migrations_make_the_tables_of_the_models(app):
    """If this fails: flask db migrate -m "what changed"."""
    with app.app_context():
        assert (
            compare_metadata(MigrationContext.configure(db.session.connection()), Base.metadata)
            == []
        )


def test_the_migrations_go_down_and_up_again(app):
    with app.app_context():
        # Not "-1": below a merge, which joins your migrations with those of an update, are two.
        flask_migrate.downgrade(MIGRATIONS, revision="signin_0001")
        flask_migrate.upgrade(MIGRATIONS)
        flask_migrate.downgrade(MIGRATIONS, revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]


def test_the_shell_has_every_model_at_hand(app):
    with app.app_context():
        context = app.make_shell_context()

    assert (context["db"], context["select"]) == (db, select)
    assert {mapper.class_.__name__ for mapper in Base.registry.mappers} <= set(context)


def test_moments_are_utc(app):
    there = timezone(timedelta(hours=9))
    with app.app_context():
        user = User(created_at=datetime(2026, 1, 1, 9, 0, tzinfo=there))
        db.session.add(user)
        db.session.commit()
        db.session.expire_all()

        assert user.created_at == datetime(2026, 1, 1, 0, 0, tzinfo=UTC)
        assert user.created_at.tzinfo is UTC


def test_sqlite_keeps_foreign_keys(app):
    with app.app_context():
        assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
        db.session.add(Identity(user_id=99, provider="p", sub="s", issuer="i"))
        with pytest.raises(IntegrityError):
            db.session.commit()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_new_database_is_its_owners_alone(make_app, tmp_path):
    file = tmp_path / "new.db"
    with make_app({"DATABASE_URL": f"sqlite:///{file}"}).app_context():
        db.session.execute(text("CREATE TABLE own (id INTEGER)"))
        db.session.commit()
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("new.db*")}
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_foreign_key_has_an_index(table):
    """Without one, each row that is deleted there costs a walk through this whole table."""
    led = [index.columns for index in table.indexes]
    led += [item.columns for item in table.constraints if isinstance(item, UniqueConstraint)]
    first = {next(iter(columns)).name for columns in led if len(columns)}
    assert {key.parent.name for key in table.foreign_keys} <= first


def test_a_transaction_is_tried_twice(app):
    tries = []

    def work():
        tries.append(1)
        db.session.add(User(name="Ada"))
        if len(tries) < 2:
            raise OperationalError("", {}, Exception("locked"))
        return "done"

    with app.app_context():
        assert transaction(work) == "done"
        assert db.session.query(User).count() == 1


def test_and_not_three_times(app):
    tries = []

    def work():
        tries.append(1)
        raise OperationalError("", {}, Exception("locked"))

    with app.app_context(), pytest.raises(OperationalError):
        transaction(work)
    assert len(tries) == 2
