"""Rows for every table, and what is left of them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, insert, select
from sqlalchemy.engine import Engine

Rows = dict[str, list[dict[str, Any]]]


def value(column: Any, number: int) -> Any:
    """Return something to put into a column, other than a key."""
    kind = column.type.python_type
    if kind is datetime:
        return datetime(2026, 1, number, tzinfo=UTC)
    return {str: f"{number}-é-{column.name}"[:8], bytes: b"se\0ret", int: number, bool: True}[kind]


def fill(engine: Engine, only: Iterable[str] = ()) -> None:
    """Put two rows into every table, or into these: one with all values, one with as few as can be.

    Foreign keys lead from the first row to the first, and from the second to the second.
    """
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name == "alembic_version" or (only and table.name not in only):
                continue
            for number in (1, 2):
                row: dict[str, Any] = {}
                for column in table.columns:
                    own_key = column.primary_key and column.type.python_type is int
                    if number == 2 and column.nullable and not column.foreign_keys:
                        row[column.name] = None
                    elif not (own_key and table.primary_key.columns.keys() == [column.name]):
                        row[column.name] = number if column.foreign_keys else value(column, number)
                connection.execute(insert(table).values(row))


def rows(engine: Engine) -> Rows:
    """Return every row of every table, in the order of the first column."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(select(table).order_by(table.columns[0])).mappings()
            ]
            for table in metadata.sorted_tables
            if table.name != "alembic_version"
        }
