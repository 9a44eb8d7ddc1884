"""Invitation links, for sites where sign-up is not open."""

import secrets
from datetime import datetime, timedelta

from flask import flash, redirect, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from ..database import hash_of, now
from ..host import db
from ..models import Invitation
from . import audit, bp, settings
from .errors import IdentityError

MAX_DAYS = 365
NOTE_LENGTH = 200


def create(days: int, note: str | None, actor: str) -> tuple[str, datetime]:
    """Add an invitation to the current transaction; return the token of its link, and its end.

    `days` is 1 to MAX_DAYS; `note` has at most NOTE_LENGTH characters.
    """
    token = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(days=days)
    db.session.add(Invitation(token_hash=hash_of(token), note=note, expires_at=expires_at))
    audit.record("invite", actor=actor)
    return token, expires_at


def newest() -> list[Invitation]:
    """Return all invitations, newest first."""
    return list(db.session.scalars(select(Invitation).order_by(Invitation.id.desc())))


def find(invitation_id: int) -> Invitation | None:
    """Return an invitation."""
    return db.session.get(Invitation, invitation_id) if 0 < invitation_id < 2**31 else None


def state(invitation: Invitation | None) -> str:
    """Return `open`, `used`, `expired`, or `unknown` if there is none."""
    if invitation is None:
        return "unknown"
    if invitation.used_at:
        return "used"
    return "open" if invitation.expires_at > now() else "expired"


def revoke(invitation: Invitation, actor: str) -> None:
    """Let an open invitation end now, in the current transaction."""
    invitation.expires_at = now()
    audit.record("revoke_invitation", actor=actor)


@bp.get("/invite/<token>")
def invite(token: str) -> Response:
    """Accept an invitation link and redirect to the sign-in page.

    The cookie holds only the id of the invitation.  Raises IdentityError.
    """
    same = Invitation.token_hash == hash_of(token)
    invitation = db.session.scalar(select(Invitation).where(same))
    if invitation is None or state(invitation) != "open":
        raise IdentityError(f"invitation_{state(invitation)}")
    if settings().signup == "closed":
        raise IdentityError("signup_closed")
    session["invitation"] = invitation.id
    flash("You've been invited. Choose how to sign in.", "info")
    return redirect(url_for("signin.login"), code=303)


def in_session() -> int | None:
    """Return the id of the invitation in this browser's cookie, if its row still exists."""
    invitation = select(Invitation.id).where(Invitation.id == session.get("invitation"))
    found = db.session.scalar(invitation)
    if found is None:
        session.pop("invitation", None)
    return found
