"""Runs the migrations with the app's own database and models."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError

from app.db import Base, db
from app.signin.database import why_no_connection


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Write moments in migrations as what they are in the database."""
    return "sa.DateTime(timezone=True)" if type(item).__name__ == "UtcDateTime" else False


def run() -> None:
    """Apply the migrations over one connection, each in a transaction."""
    with connected() as connection, safe_table_rebuilds(connection) as check_rows:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            transactional_ddl=True,
            render_as_batch=True,
            render_item=render_item,
            on_version_apply=check_rows,
        )
        with context.begin_transaction():
            context.run_migrations()


def connected() -> Connection:
    """Return a connection.  Exits with one line if there is none to be had."""
    try:
        connection: Connection = db.engine.connect()
    except SQLAlchemyError as error:
        raise SystemExit(why_no_connection(error, db.engine.url)) from None
    return connection


@contextmanager
def safe_table_rebuilds(connection: Connection) -> Iterator[Any]:
    """Switch SQLite's foreign keys off, and make each migration one transaction.

    SQLite cannot change most of a table in place, so Alembic copies it, drops it and renames the
    copy.  With foreign keys on, that DROP TABLE deletes every row that refers to the table by
    ON DELETE CASCADE.  Yields the check that Alembic calls at the end of each migration: it raises
    RuntimeError, and so rolls the migration back, where a row refers to nothing afterwards.
    Source: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    if connection.dialect.name != "sqlite":
        yield None
        return
    driver: Any = connection.connection.dbapi_connection
    # The driver begins no transaction for CREATE and DROP, so SQLAlchemy's BEGIN is sent here.
    before, driver.isolation_level = driver.isolation_level, None
    event.listen(connection, "begin", _begin)
    driver.execute("PRAGMA foreign_keys=OFF")
    known = _broken_references(driver)

    def check_rows(**_: Any) -> None:
        broken = _broken_references(driver) - known
        if broken:
            tables = ", ".join(f"{table} → {parent}" for table, parent in sorted(broken))
            raise RuntimeError(
                f"This migration leaves {broken.total()} row(s) that refer to nothing: {tables}. "
                "It was rolled back: delete or change those rows in the migration."
            )

    try:
        yield check_rows
    finally:
        driver.rollback()
        driver.isolation_level = before
        driver.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _broken_references(driver: Any) -> Counter[tuple[str, str]]:
    """Count the rows whose foreign key refers to nothing, by table and table referred to."""
    rows = driver.execute("PRAGMA foreign_key_check").fetchall()
    return Counter((table, parent) for table, _, parent, _ in rows)


run()
