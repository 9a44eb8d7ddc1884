"""What happened to accounts: one event each, in the log and in the table."""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from flask import g, request
from sqlalchemy import delete
from sqlalchemy.event import listens_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..db import db, now
from ..models import AuditEvent

log = logging.getLogger("app.audit")


def record(
    event: str,
    *,
    user_id: int | None = None,
    provider: str | None = None,
    reason: str | None = None,
) -> None:
    """Add an event to the transaction under way.  It is logged once that is committed."""
    _add(event, user_id, provider, reason)
    noted = partial(note, event, user_id=user_id, provider=provider, reason=reason)
    db.session.info.setdefault("recorded", []).append(noted)


@listens_for(db.session, "after_commit")
def _log_recorded(session: Session) -> None:
    for noted in session.info.pop("recorded", []):
        noted()


@listens_for(db.session, "after_soft_rollback")
def _forget_recorded(session: Session, _transaction: Any) -> None:
    session.info.pop("recorded", None)


def keep(event: str, *, provider: str | None, reason: str, user_id: int | None = None) -> None:
    """Add an event that `note` has logged to the table, in a transaction of its own.

    A database that fails here must not hide the reason of the refusal.
    """
    try:
        _add(event, user_id, provider, reason)
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.warning("the event could not be kept")


def note(
    event: str,
    *,
    user_id: int | None = None,
    provider: str | None = None,
    reason: str | None = None,
    detail: str | None = None,
) -> None:
    """Log an event only: what a stranger can cause without end must not fill the table."""
    fields = {"event": event, "user_id": user_id, "provider": provider, "reason": reason}
    fields |= {"address": request.remote_addr, "detail": detail and detail[:500]}
    log.info(event, extra={"fields": {name: v for name, v in fields.items() if v is not None}})


def forget_old(days: int) -> None:
    """Delete events older than `days`, in the transaction under way."""
    db.session.execute(
        delete(AuditEvent).where(AuditEvent.created_at < now() - timedelta(days=days)),
        execution_options={"synchronize_session": False},
    )


def _add(event: str, user_id: int | None, provider: str | None, reason: str | None) -> None:
    db.session.add(
        AuditEvent(
            event=event,
            user_id=user_id,
            provider=provider,
            reason=reason[:64] if reason else None,
            request_id=g.request_id,
            address=request.remote_addr,
        )
    )
