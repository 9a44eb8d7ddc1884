"""Invitation links, for sites where sign-up is not open."""

import secrets
from datetime import timedelta

from flask import flash, redirect, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from ..database import hash_of, now
from ..host import db
from ..models import Invitation
from . import audit, bp, settings
from .errors import IdentityError


def create(days: int, note: str | None, actor: str) -> str:
    """Add an invitation to the current transaction; return the token of its link."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(days=days)
    db.session.add(Invitation(token_hash=hash_of(token), note=note, expires_at=expires_at))
    audit.record("invite", actor=actor)
    return token


@bp.get("/invite/<token>")
def invite(token: str) -> Response:
    """Accept an invitation link and redirect to the sign-in page.

    The cookie holds only the id of the invitation.  Raises IdentityError.
    """
    invitation = db.session.scalar(
        select(Invitation).where(
            Invitation.token_hash == hash_of(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now(),
        )
    )
    if invitation is None:
        raise IdentityError("invitation_used")
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
