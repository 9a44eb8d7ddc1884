"""Delete expired data, for `flask cleanup` and once an hour in the app itself."""

import logging
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from ..host import db
from . import audit, invitations, pending, sessions, settings

INTERVAL_SECONDS = 3600

log = logging.getLogger(__name__)
_lock = threading.Lock()
_next_run = 0.0


def run() -> None:
    """Delete expired sessions and pending logins, old invitations and audit events; commit."""
    days = settings().audit_days
    sessions.delete_expired()
    pending.delete_expired()
    invitations.delete_old(days)
    audit.delete_old(days)
    db.session.commit()


def once_an_hour() -> None:
    """Call `run` if this process has not done so for an hour.  Database errors are only logged."""
    global _next_run
    with _lock:
        if time.monotonic() < _next_run:
            return
        _next_run = time.monotonic() + INTERVAL_SECONDS
    try:
        run()
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("expired rows could not be deleted")
