"""Delete expired data, for `flask cleanup` and once an hour in the app itself."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from ..database import now
from ..host import Base, db
from ..models import ApiToken, AuditEvent, Invitation, LiveEvent, LoginSession, PendingLogin
from . import pending, session_rows, settings

INTERVAL_SECONDS = 3600
# If there is more to delete than one bite.
BUSY_INTERVAL_SECONDS = 10
# Rows for one transaction: the lock of SQLite is held for milliseconds.
BITE = 500

log = logging.getLogger(__name__)
_lock = threading.Lock()
_next_run = 0.0


def run(move_on: Callable[[int], object] = lambda number: None) -> dict[str, int]:
    """Delete expired sessions, logins and tokens, old invitations and events; commit.

    Return how many rows of each table were deleted.  `move_on` gets the number of each step.
    """
    deleted: Counter[str] = Counter()
    while bites := _bite_of_each():
        deleted.update(bites)
        move_on(sum(bites.values()))
    return dict(deleted)


def count() -> int:
    """Return how many rows are to be deleted."""
    counts = [select(func.count()).select_from(it).where(expired) for it, expired in _expired()]
    return sum(db.session.scalar(count) or 0 for count in counts)


def once_an_hour() -> None:
    """Delete some of it if this process has not done so for an hour; sooner if there was more.

    Database errors are only logged.
    """
    global _next_run
    with _lock:
        if time.monotonic() < _next_run:
            return
        _next_run = time.monotonic() + INTERVAL_SECONDS
    try:
        if BITE in _bite_of_each().values():
            _next_run = time.monotonic() + BUSY_INTERVAL_SECONDS
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("expired rows could not be deleted")


def _bite_of_each() -> dict[str, int]:
    """Delete a bite from each table.  Return how many rows of which tables that were."""
    bites = {table.__tablename__: _bite(table, condition) for table, condition in _expired()}
    return {table: number for table, number in bites.items() if number}


def _expired() -> list[tuple[type[Base], ColumnElement[bool]]]:
    too_old = now() - timedelta(days=settings().audit_days)
    return [
        (LoginSession, session_rows.past_limits()),
        (PendingLogin, pending.expired()),
        (ApiToken, ApiToken.expires_at < now() - timedelta(days=1)),
        (LiveEvent, LiveEvent.created_at < now() - timedelta(hours=1)),
        (Invitation, Invitation.expires_at < too_old),
        (AuditEvent, AuditEvent.created_at < too_old),
    ]


def _bite(table: type[Base], condition: ColumnElement[bool]) -> int:
    """Delete at most BITE rows, and commit.  Return their number."""
    key: Any = inspect(table).primary_key[0]
    some = delete(table).where(key.in_(select(key).where(condition).limit(BITE)))
    result = db.session.execute(some.execution_options(synchronize_session=False))
    db.session.commit()
    return cast(CursorResult[Any], result).rowcount
