"""Shared by the account pages: the blueprint and the current account."""

from flask import Blueprint, abort
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ..auth import passwords, sessions
from ..auth.error_pages import database_error, internal_error, refuse
from ..auth.errors import IdentityError
from ..host import db
from ..models import Identity, LoginSession
from ..oauth.errors import OAuthError

bp = Blueprint("signin_account", __name__, template_folder="templates", url_prefix="/account")
bp.register_error_handler(OAuthError, refuse)
bp.register_error_handler(IdentityError, refuse)
bp.register_error_handler(SQLAlchemyError, database_error)
bp.register_error_handler(500, internal_error)


@bp.before_request
@sessions.login_required
def require_sign_in() -> None:
    """All account pages require sign-in.  One that your app has started gets a row of ours."""
    if sessions.is_of_app():
        passwords.adopt()


def current() -> LoginSession:
    """Return this browser's session."""
    return sessions.current() or abort(401)


def my_identities() -> list[Identity]:
    """Return the identities of this account."""
    mine = select(Identity).where(Identity.user_id == current().user_id)
    return list(db.session.scalars(mine.order_by(Identity.id)))
