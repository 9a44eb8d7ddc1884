"""The recent events of an account."""

from flask import render_template
from sqlalchemy import select

from ..auth import settings
from ..host import db
from ..models import AuditEvent
from .blueprint import bp, current

SHOWN_EVENTS = 50


@bp.get("/activity")
def activity() -> str:
    """Show the newest events of this account."""
    events = select(AuditEvent).where(AuditEvent.user_id == current().user_id)
    newest = db.session.scalars(events.order_by(AuditEvent.id.desc()).limit(SHOWN_EVENTS)).all()
    return render_template("signin/account/activity.html", events=newest, label=settings().label)
