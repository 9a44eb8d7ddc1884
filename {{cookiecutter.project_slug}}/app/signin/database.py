"""Timestamps, transactions and hashes, used by every table of sign-in."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, TypeVar

from sqlalchemy import ColumnElement, DateTime, delete
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import mapped_column
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from .host import Base, db

T = TypeVar("T")


class UtcDateTime(TypeDecorator[datetime]):
    """A timestamp in UTC on every database.  SQLite itself does not store the time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the timestamp to store, in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored timestamp, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Moment = Annotated[datetime, mapped_column(UtcDateTime)]


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a random secret, in hex.  It is stored instead of the secret."""
    return sha256(secret.encode()).hexdigest()


def delete_rows(table: type[Base], *conditions: ColumnElement[bool]) -> None:
    """Delete the rows that match all conditions, in the current transaction.

    Objects already loaded into `db.session` are not updated.
    """
    statement = delete(table).where(*conditions)
    db.session.execute(statement.execution_options(synchronize_session=False))


def is_unreachable(error: SQLAlchemyError) -> bool:
    """Return whether a database error means that the database is unreachable, full or busy.

    An error in a statement, such as a missing column, does not count.  SQLite uses OperationalError
    for both; a statement error has the code SQLITE_ERROR.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


def transaction(work: Callable[[], T]) -> T:
    """Run `work` and commit.  Return what `work` returns.

    On a conflict with another request, roll back and run `work` once more.  Raises what the second
    run raises.
    """
    try:
        return _committed(work)
    except (IntegrityError, OperationalError, StaleDataError):
        return _committed(work)


def _committed(work: Callable[[], T]) -> T:
    try:
        result = work()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    return result
