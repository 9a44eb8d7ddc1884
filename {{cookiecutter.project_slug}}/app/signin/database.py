"""Timestamps, transactions and hashes, used by every table of sign-in."""

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, TypeVar

from sqlalchemy import ColumnElement, DateTime, delete
from sqlalchemy.engine import URL, Dialect
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


# What a database says when it refuses a connection, and what to do about it.
REFUSALS = {
    'database ".*" does not exist': (
        "There is no database {name} at {host}: createdb {as_user} {name}"
    ),
    'role ".*" does not exist': "There is no role {user} at {host}: createuser {at} {user}",
    "no password supplied": "{host} wants a password for {user}: write it into DATABASE_URL",
    "password authentication failed": "{host} refuses the password of {user}: see DATABASE_URL",
    "failed to resolve|could not translate": "There is no host {host}: see DATABASE_URL",
    "refused|timeout|no such file": "No PostgreSQL answers at {host}, port {port}: is it running?",
    "unable to open database file": "{name} cannot be opened: may you write in its folder?",
}

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


def why_no_connection(error: SQLAlchemyError, url: URL) -> str:
    """Return why a database cannot be connected to, and what to do, in one line.

    For the owner only: it names the host and the user, and it may quote the server.
    """
    at = [f"-h {url.host}"] if url.host else []
    at += [f"-p {url.port}"] if url.port not in (None, 5432) else []
    words = {
        "host": url.host or "localhost",
        "port": url.port or 5432,
        "user": url.username or "you",
        "name": url.database,
        "at": " ".join(at),
        "as_user": " ".join([*at, f"-U {url.username}"] if url.username else at),
    }
    for said, advice in REFUSALS.items():
        if re.search(said, str(error), re.IGNORECASE):
            return advice.format(**words)
    *_, last = str(getattr(error, "orig", error)).strip().splitlines() or [""]
    return f"The database refuses the connection: {last}"


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
