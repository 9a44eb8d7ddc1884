"""The rows of sign-in sessions: which are open, until when, and how they end."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import joinedload

from ..database import now
from ..host import db
from ..models import LoginSession


def open_sessions(*conditions: ColumnElement[bool]) -> list[LoginSession]:
    """Return the open sessions that match, with their users, the last used first."""
    rows = select(LoginSession).options(joinedload(LoginSession.user, innerjoin=True))
    rows = rows.where(*conditions)
    newest = db.session.scalars(rows.order_by(LoginSession.last_seen_at.desc()))
    return [row for row in newest if ends_at(row) > now() and row.user.may_sign_in]


def ends_at(row: LoginSession) -> datetime:
    """Return when a session ends if it is not used again: the earlier of its two limits."""
    idle: timedelta = current_app.config["SESSION_IDLE"]
    return min(row.expires_at, row.last_seen_at + idle)


def past_limits() -> ColumnElement[bool]:
    """Return the condition for sessions that are past one of their limits."""
    moment, idle = now(), current_app.config["SESSION_IDLE"]
    return or_(LoginSession.expires_at < moment, LoginSession.last_seen_at < moment - idle)


def end(*conditions: ColumnElement[bool]) -> list[int]:
    """End all sessions that match, in the current transaction; return the ids of their users."""
    ended = delete(LoginSession).where(*conditions).returning(LoginSession.user_id)
    return list(db.session.scalars(ended.execution_options(synchronize_session=False)))
