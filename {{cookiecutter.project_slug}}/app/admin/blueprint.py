"""Shared by the pages: the blueprint, who may see it, and who did what."""

from http import HTTPMethod
from typing import Any

from flask import Blueprint, abort, current_app
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import NotFound

from ..signin.auth import form_errors, sessions

bp = Blueprint("admin", __name__, template_folder="templates", url_prefix="/admin")
OTHER_METHODS = [method.value for method in HTTPMethod if method not in ("GET", "HEAD")]
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
    this = sessions.current()
    if this is None or not this.user.is_admin:
        return current_app.handle_user_exception(NotFound())
    return form_errors.refuse_form(error)


@bp.route("/", methods=OTHER_METHODS, strict_slashes=False)
@bp.route("/<path:_rest>", methods=OTHER_METHODS)
def no_such_action(_rest: str = "") -> Any:
    """Answer what no page takes with 404: 405 would tell strangers that there is a page."""
    abort(404)


@bp.context_processor
def tabs() -> dict[str, Any]:
    """Return the tabs of the pages, for their layout."""
    return {"admin_tabs": [tab for tab in TABS if tab[0] != "admin.tokens" or has_tokens()]}


def has_tokens() -> bool:
    """Return whether this app has the option that issues API tokens."""
    return "tokens" in current_app.blueprints


def actor() -> str:
    """Return who does this, for the audit event."""
    return f"administrator {sessions.user().id}"
