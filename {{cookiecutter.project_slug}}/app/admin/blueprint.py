"""Shared by the pages: the blueprint, who may see it, and who did what."""

from typing import Any

from flask import Blueprint, abort, current_app, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import NotFound

from ..signin.auth import form_errors, sessions

bp = Blueprint("admin", __name__, template_folder="templates", url_prefix="/admin")
TABS = (
    ("admin.users", "Users"),
    ("admin.events", "Events"),
    ("admin.invitations", "Invitations"),
    ("admin.tokens", "API tokens"),
)


@bp.before_request
@sessions.admin_required
def only_admins() -> None:
    """Answer with 404 to everybody else."""


@bp.errorhandler(CSRFError)
def refuse_form(error: CSRFError) -> Any:
    """Answer a form without its token, which is checked before anything else.

    Everybody else gets 404 here too: another answer would say that there is a page.
    """
    if not _is_admin():
        return current_app.handle_user_exception(NotFound())
    return form_errors.refuse_form(error)


@bp.before_app_request
def tell_no_stranger() -> None:
    """Answer with 404 where 405, or a redirect to the path with a slash, would tell of a page."""
    here = f"{request.path}/".startswith("/admin/")
    if here and request.routing_exception is not None and not _is_admin():
        abort(404)


@bp.context_processor
def tabs() -> dict[str, Any]:
    """Return the tabs of the pages, for their layout."""
    return {"admin_tabs": [tab for tab in TABS if tab[0] != "admin.tokens" or has_tokens()]}


def _is_admin() -> bool:
    this = sessions.current()
    return this is not None and this.user.is_admin


def has_tokens() -> bool:
    """Return whether this app has the option that issues API tokens."""
    return "tokens" in current_app.blueprints


def actor() -> str:
    """Return who does this, for the audit event."""
    return f"administrator {sessions.user().id}"
