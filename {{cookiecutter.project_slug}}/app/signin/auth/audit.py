"""Record account events in the log and the database."""

import logging
import secrets
from datetime import timedelta
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import func, select
from sqlalchemy.event import listen, listens_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..database import now
from ..host import db
from ..models import AuditEvent
from .addresses import subscriber

# The fields that an event may have; each is a column of the table.
FIELDS = ("user_id", "provider", "reason", "actor")
# Refusals of one subscriber that are stored in an hour, and addresses that are compared.
MAX_REFUSALS = 60
MAX_ADDRESSES = 5000

log = logging.getLogger("app.audit")


def request_id() -> str:
    """Return the id of this request, shown in logs and on error pages."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    found: str = g.request_id
    return found


def record(event: str, **fields: Any) -> None:
    """Add an event to the current transaction; it is logged after the commit.

    `fields` are some of FIELDS.
    """
    session = db.session()
    session.add(_row(event, fields))
    if "recorded" not in session.info:
        listen(session, "after_commit", _log_recorded, once=True)
    session.info.setdefault("recorded", []).append((event, fields))


def _log_recorded(session: Session) -> None:
    for event, fields in session.info.pop("recorded", []):
        log_only(event, **fields)


@listens_for(db.session, "after_soft_rollback")
def _forget_recorded(session: Session, _transaction: Any) -> None:
    session.info.pop("recorded", None)


def store_refusal(*, provider: str | None, reason: str, user_id: int | None) -> None:
    """Store a refusal that was logged already, in its own transaction.

    Only so many of one subscriber are stored, so nobody can fill the table.  Database errors are
    only logged.
    """
    fields = {"provider": provider, "reason": reason, "user_id": user_id}
    try:
        if _recent_refusals() >= MAX_REFUSALS:
            return
        db.session.add(_row("refused", fields))
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.warning("the event could not be stored", exc_info=True)


def _recent_refusals() -> int:
    """Return how many refusals of this subscriber were stored during the last hour."""
    refused = AuditEvent.event == "refused", AuditEvent.created_at > now() - timedelta(hours=1)
    counts = select(AuditEvent.address, func.count()).where(*refused).group_by(AuditEvent.address)
    here = subscriber(request.remote_addr)
    rows = db.session.execute(counts.limit(MAX_ADDRESSES))
    return sum(count for address, count in rows if subscriber(address) == here)


def log_only(event: str, *, detail: str = "", **fields: Any) -> None:
    """Log an event without storing it.

    Used for events that anonymous requests can trigger.
    """
    fields |= {"address": request.remote_addr if has_request_context() else None}
    fields |= {"detail": detail[:500] or None}
    shown = {name: value for name, value in fields.items() if value is not None}
    log.info(event, extra={"fields": {"event": event, **shown}})


def _row(event: str, fields: dict[str, Any]) -> AuditEvent:
    reason = fields.get("reason")
    in_request = has_request_context()
    return AuditEvent(
        event=event,
        **fields | {"reason": reason[:64] if reason else None},
        request_id=request_id() if in_request else None,
        address=request.remote_addr if in_request else None,
    )
