"""One person: what is known of them, and what an administrator can do."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from ..signin.account import user_agent
from ..signin.account.recent_sign_in import ask_again, is_recent
from ..signin.auth import accounts, api_tokens, audit, lifecycle, session_rows, sessions, settings
from ..signin.database import transaction
from ..signin.host import db
from ..signin.models import AuditEvent, Identity, LoginSession
from .blueprint import actor, bp
from .last_admin import has_another

MOST_ROWS, MOST_EVENTS = 1000, 50


@bp.route("/users/<int(max=2147483647):user_id>", methods=["GET", "POST"])
def user(user_id: int) -> Response | str:
    """Show a person: identities, sessions, newest events.  A POST does one of ACTIONS."""
    if request.method == "POST":
        return _act(user_id) if is_recent() else ask_again()
    kind = accounts.user_class()
    found = db.session.execute(
        select(kind, Identity, LoginSession)
        .outerjoin(Identity, Identity.user_id == kind.id)
        .outerjoin(LoginSession, LoginSession.user_id == kind.id)
        .where(kind.id == user_id)
        .order_by(Identity.id, LoginSession.last_seen_at.desc())
        .limit(MOST_ROWS)
    ).all()
    if not found:
        abort(404)
    events = select(AuditEvent).where(AuditEvent.user_id == user_id)
    return render_template(
        "admin/user.html",
        person=found[0][0],
        identities=_each(row[1] for row in found),
        sessions=_each(row[2] for row in found),
        events=db.session.scalars(events.order_by(AuditEvent.id.desc()).limit(MOST_EVENTS)).all(),
        ends_at=session_rows.ends_at,
        user_agent=user_agent,
        label=settings().label,
        myself=user_id == sessions.user().id,
    )


def _each(rows: Any) -> list[Any]:
    """Return each row once: those of two tables were joined with each other."""
    return list(dict.fromkeys(row for row in rows if row is not None))


def _act(user_id: int) -> Response:
    action = ACTIONS.get(request.form.get("action", ""))
    if action is None:
        abort(400)
    if db.session.get(accounts.user_class(), user_id) is None:
        abort(404)
    by = actor()
    category, message = transaction(lambda: action(user_id, by))
    flash(message, category)
    return redirect(url_for("admin.user", user_id=user_id), code=303)


def _disable(user_id: int, by: str) -> tuple[str, str]:
    if not has_another(user_id):
        return "error", "This is the last administrator: make another one first."
    ended = lifecycle.disable(user_id, by)
    return "success", f"The account is disabled. {ended} session(s) ended."


def _enable(user_id: int, by: str) -> tuple[str, str]:
    lifecycle.enable(user_id, by)
    return "success", "The account is enabled."


def _make_admin(user_id: int, by: str) -> tuple[str, str]:
    lifecycle.set_admin(user_id, by, is_admin=True)
    return "success", "This person is an administrator now."


def _remove_admin(user_id: int, by: str) -> tuple[str, str]:
    if not has_another(user_id):
        return "error", "This is the last administrator: make another one first."
    lifecycle.set_admin(user_id, by, is_admin=False)
    named = select(Identity.provider, Identity.sub).where(Identity.user_id == user_id)
    names = {f"{provider}:{sub}" for provider, sub in db.session.execute(named)}
    if again := ", ".join(sorted(names & set(settings().admins))):
        return "warning", f"Remove {again} from ADMINS too: the next sign-in grants it again."
    return "success", "This person is not an administrator any more."


def _end_sessions(user_id: int, by: str) -> tuple[str, str]:
    api_tokens.end(user_id)
    ended = session_rows.end(LoginSession.user_id == user_id)
    audit.record("end_sessions", user_id=user_id, actor=by)
    return "success", f"{len(ended)} session(s) ended."


# Each works in the current transaction, and returns what to tell.
ACTIONS: dict[str, Callable[[int, str], tuple[str, str]]] = {
    "disable": _disable,
    "enable": _enable,
    "make_admin": _make_admin,
    "remove_admin": _remove_admin,
    "end_sessions": _end_sessions,
}
