"""The browsers that are signed in to an account: see, and sign out."""

from flask import flash, redirect, render_template, url_for
from sqlalchemy import ColumnElement, select
from werkzeug.wrappers import Response

from ..auth import audit, auth, sessions
from ..db import db, now
from ..models import LoginSession
from .blueprint import bp, current

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@bp.get("/sessions")
def devices() -> str:
    """Show the browsers that are signed in."""
    mine = select(LoginSession).where(LoginSession.user_id == current().user_id)
    mine = mine.where(LoginSession.expires_at > now()).order_by(LoginSession.last_seen_at.desc())
    rows = [row for row in db.session.scalars(mine) if sessions.ends_at(row) > now()]
    rows.sort(key=lambda row: row.id != current().id)
    return render_template(
        "account/devices.html",
        rows=[(row, described(row.user_agent)) for row in rows],
        current_id=current().id,
        label=auth().settings.label,
    )


@bp.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> Response:
    """Sign one browser out."""
    _end(LoginSession.id == session_id, "That device is signed out.")
    return redirect(url_for("account.devices"), code=303)


@bp.post("/sessions/end-others")
def end_other_sessions() -> Response:
    """Sign every other browser out."""
    _end(LoginSession.id != current().id, "All other devices are signed out.")
    return redirect(url_for("account.devices"), code=303)


def _end(which: ColumnElement[bool], message: str) -> None:
    sessions.end(current().user_id, which)
    audit.record("end_sessions", user_id=current().user_id)
    db.session.commit()
    flash(message, "success")


def described(user_agent: str) -> str:
    """Return a short description of a User-Agent header, such as "Firefox on Linux".

    Order matters: most browsers also name the ones that they descend from.
    """
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
