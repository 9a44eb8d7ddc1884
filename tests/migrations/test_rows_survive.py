"""An ordinary migration must not lose a row.

SQLite rebuilds a table for most changes.  Each operation that owners do is done here to a filled
database, up and down again, on the tables that others refer to and on one of the owner's own.
"""

import textwrap
from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from app import create_app
from app.db import db
from harness.app_server import SECRET_KEY
from sqlalchemy.engine import Engine

from .conftest import Run, write_migration
from .rows import Rows, fill, rows

# The table, and a text column of it that may be changed.
TABLES = {
    "users": "name",
    "identities": "preferred_username",
    "login_sessions": "user_agent",
    "invitations": "note",
    "notes": "body",
}
OPERATIONS = {
    "change a type": (
        "t.alter_column('{column}', type_=sa.String(300))",
        "t.alter_column('{column}', type_=sa.Text())",
    ),
    "rename a column": (
        "t.alter_column('{column}', new_column_name='renamed')",
        "t.alter_column('renamed', new_column_name='{column}')",
    ),
    "drop a column": (
        "t.drop_column('{column}')",
        "t.add_column(sa.Column('{column}', sa.String(300)))",
    ),
    "add a unique constraint": (
        "t.create_unique_constraint('uq_only', ['id', '{column}'])",
        "t.drop_constraint('uq_only', type_='unique')",
    ),
    "add a column with a foreign key": (
        "t.add_column(sa.Column('other_id', sa.Integer(),"
        " sa.ForeignKey('users.id', name='fk_other', ondelete='CASCADE')))",
        "t.drop_constraint('fk_other', type_='foreignkey')\nt.drop_column('other_id')",
    ),
    "add a plain column": (
        "t.add_column(sa.Column('plain', sa.String(10), server_default='x'))",
        "t.drop_column('plain')",
    ),
    "add an index": (
        "t.create_index('ix_extra', ['{column}'])",
        "t.drop_index('ix_extra')",
    ),
    "make a column optional, and required again": (
        "t.alter_column('created_at', existing_type=sa.DateTime(timezone=True), nullable=True)",
        "t.alter_column('created_at', existing_type=sa.DateTime(timezone=True), nullable=False)",
    ),
    "add a required column with a default": (
        "t.add_column(sa.Column('plan', sa.String(10), nullable=False, server_default='free'))",
        "t.drop_column('plan')",
    ),
    "add a check": (
        "t.create_check_constraint('ck_id', 'id > 0')",
        "t.drop_constraint('ck_id', type_='check')",
    ),
}
NEW_TABLE = (
    "op.create_table('books', sa.Column('id', sa.Integer(), primary_key=True),"
    " sa.Column('user_id', sa.Integer(), sa.ForeignKey('users.id', ondelete='CASCADE')))",
    "op.drop_table('books')",
)

UPGRADE_AND_ASK = """
import flask_migrate
from sqlalchemy import text
from app import create_app
from app.db import db

with create_app().app_context():
    flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade()
    if db.engine.dialect.name == "sqlite":
        print(db.session.scalar(text("PRAGMA foreign_keys")))
    else:
        print("no pragma")
"""


@pytest.fixture
def filled(engine: Engine) -> Rows:
    """What stands in a database that the app's own migrations made."""
    fill(engine)
    found = rows(engine)
    assert len(found) >= 9
    return found


def head(project: Path) -> str:
    (newest,) = ScriptDirectory(str(project / "migrations")).get_heads()
    return newest


@pytest.mark.parametrize("table", TABLES)
def test_each_operation_keeps_every_row(
    table: str, filled: Rows, project: Path, engine: Engine, database_url: str
) -> None:
    """Each operation up and down again, on the same database, in one process."""
    column, first = TABLES[table], head(project)
    migrations = str(project / "migrations")
    settings = {"APP_ENV": "development", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url}
    app = create_app(settings)
    with app.app_context():
        for number, name in enumerate(sorted(OPERATIONS, key=lambda name: "drop" in name)):
            up, down = (
                f"with op.batch_alter_table('{table}') as t:\n"
                + textwrap.indent(lines.format(column=column), "    ")
                for lines in OPERATIONS[name]
            )
            write_migration(project, f"test_{number}", first, up, down)
            flask_migrate.upgrade(migrations)
            db.engine.dispose()
            assert surviving(filled, rows(engine), table, column, name), name
            flask_migrate.downgrade(migrations)
            db.engine.dispose()
            assert surviving(filled, rows(engine), table, column, "drop" if "drop" in name else "")
            (project / "migrations" / "versions" / f"test_{number}.py").unlink()


def surviving(before: Rows, after: Rows, table: str, column: str, name: str) -> bool:
    """Is each row still there, with every value that the operation did not take away?"""
    expected = {key: [dict(row) for row in found] for key, found in before.items()}
    for row in expected[table]:
        value_there = row.pop(column)
        if "rename" in name:
            row["renamed"] = value_there
        elif "drop" not in name:
            row[column] = value_there
    return expected.keys() == after.keys() and all(
        wanted.items() <= row.items()
        for key, found in expected.items()
        for wanted, row in zip(found, after[key], strict=True)
    )


def test_a_new_table_keeps_every_row(
    filled: Rows, project: Path, flask: Run, engine: Engine
) -> None:
    write_migration(project, "books", head(project), *NEW_TABLE)
    assert flask("db", "upgrade").returncode == 0
    assert {**rows(engine), "books": []} == {**filled, "books": []}
    assert flask("db", "downgrade").returncode == 0
    assert rows(engine) == filled


def test_a_renamed_table_keeps_every_row(
    filled: Rows, project: Path, flask: Run, engine: Engine
) -> None:
    up, down = "op.rename_table('users', 'people')", "op.rename_table('people', 'users')"
    write_migration(project, "people", head(project), up, down)
    done = flask("db", "upgrade")
    assert done.returncode == 0, done.stderr
    found = rows(engine)
    assert {"users" if table == "people" else table: found[table] for table in found} == filled
    assert flask("db", "downgrade").returncode == 0
    assert rows(engine) == filled


def test_what_the_docs_teach_keeps_every_row(
    filled: Rows, project: Path, flask: Run, engine: Engine
) -> None:
    """A change in app/models.py, then `flask db migrate` and `flask db upgrade`."""
    models = project / "app" / "models.py"
    text = models.read_text(encoding="utf-8")
    last = "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    longer = "    name: Mapped[str | None] = mapped_column(String(300))\n"
    assert last in text
    text = text.replace(last, last + longer)
    models.write_text(f"from sqlalchemy import String\n{text}", encoding="utf-8")
    done = flask("db", "migrate", "-m", "longer names")
    assert done.returncode == 0, done.stderr
    done = flask("db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert rows(engine) == filled


def test_a_migration_that_leaves_a_dangling_row_is_rolled_back(
    filled: Rows, project: Path, flask: Run, engine: Engine
) -> None:
    write_migration(
        project, "loses", head(project), "op.execute('DELETE FROM users WHERE id = 1')", "pass"
    )
    done = flask("db", "upgrade")
    if engine.dialect.name == "postgresql":
        assert done.returncode == 0, "the database itself follows ON DELETE CASCADE"
        return
    assert done.returncode == 1
    assert "refer to nothing: " in done.stderr
    assert "identities → users" in done.stderr
    assert rows(engine) == filled
    assert head(project) not in flask("db", "current").stdout


def test_a_migration_that_fails_half_way_changes_nothing(
    filled: Rows, project: Path, flask: Run, engine: Engine
) -> None:
    before = head(project)
    write_migration(
        project,
        "breaks",
        before,
        "with op.batch_alter_table('users') as t:\n"
        "    t.alter_column('name', type_=sa.String(300))\n"
        "op.execute('DELETE FROM notes')\n"
        "raise ValueError('half way')",
        "pass",
    )
    assert flask("db", "upgrade").returncode == 1
    assert rows(engine) == filled
    mended = "with op.batch_alter_table('users') as t:\n    t.alter_column('name', type_=sa.Text())"
    write_migration(project, "breaks", before, mended, "pass")
    assert flask("db", "upgrade").returncode == 0
    assert rows(engine) == filled


def test_foreign_keys_are_on_again_afterwards(python: Run, engine: Engine) -> None:
    """A process that migrates may go on to serve."""
    done = python("-c", UPGRADE_AND_ASK)
    assert done.returncode == 0, done.stderr
    expected = "1" if engine.dialect.name == "sqlite" else "no pragma"
    assert done.stdout.split() == expected.split()
