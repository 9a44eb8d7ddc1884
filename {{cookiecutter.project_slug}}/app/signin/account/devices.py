"""Show the browsers that are signed in to an account, and sign them out."""

from flask import flash, redirect, render_template, url_for
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from ..auth import api_tokens, audit, session_rows, settings
from ..host import db
from ..models import LoginSession
from .blueprint import bp, current
from .places import place
from .user_agent import described, kind


@bp.get("/sessions")
def devices() -> str:
    """Show the browsers that are signed in, this one first."""
    open_sessions = session_rows.open_sessions(LoginSession.user_id == current().user_id)
    open_sessions.sort(key=lambda row: row.id != current().id)
    return render_template(
        "signin/account/devices.html",
        rows=open_sessions,
        described=described,
        kind=kind,
        place=place,
        current_id=current().id,
        label=settings().label,
    )


@bp.post("/sessions/<int(max=2147483647):session_id>/end")
def end_session(session_id: int) -> Response:
    """Sign one browser out."""
    return _end(LoginSession.id == session_id, "That device has been signed out.")


@bp.post("/sessions/end-others")
def end_other_sessions() -> Response:
    """Sign every other browser out, and revoke the API tokens."""
    api_tokens.end(current().user_id)
    return _end(LoginSession.id != current().id, "All other devices have been signed out.")


def _end(which: ColumnElement[bool], message: str) -> Response:
    user_id = current().user_id
    if session_rows.end(LoginSession.user_id == user_id, which):
        audit.record("end_sessions", user_id=user_id)
    db.session.commit()
    flash(message, "success")
    return redirect(url_for("signin_account.devices"), code=303)
