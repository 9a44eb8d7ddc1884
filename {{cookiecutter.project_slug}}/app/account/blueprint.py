"""What the pages under /account share: the blueprint, and whose account it is."""

from flask import Blueprint, abort
from sqlalchemy import select

from ..auth import sessions
from ..db import db
from ..models import Identity, LoginSession

bp = Blueprint("account", __name__, template_folder="templates", url_prefix="/account")


@bp.before_request
@sessions.login_required  # type: ignore[untyped-decorator]
def signed_in_only() -> None:
    """Every page here is for somebody."""


def current() -> LoginSession:
    """Return this browser's session."""
    return sessions.current() or abort(401)


def my_identities() -> list[Identity]:
    """Return the sign-ins of this account."""
    mine = select(Identity).where(Identity.user_id == current().user_id).order_by(Identity.id)
    return list(db.session.scalars(mine))


def for_this_session() -> dict[str, int]:
    """Return what ties a pending login to this session and its user."""
    return {"session_id": current().id, "user_id": current().user_id}
