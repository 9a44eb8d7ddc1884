"""The pages with a table."""

from typing import Any

from flask import abort, render_template
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from ..tables import Table, csv_file, read, wants_csv
from . import tables
from .blueprint import bp, has_tokens


@bp.get("/", strict_slashes=False)
def users() -> Response | str:
    """Show all people."""
    return _answer("admin/users.html", tables.USERS)


@bp.get("/events")
def events() -> Response | str:
    """Show the audit events: who did what, and whom the app has refused."""
    return _answer("admin/events.html", tables.EVENTS)


@bp.get("/tokens")
def tokens() -> Response | str:
    """Show what is known of API tokens: never a token itself, nor its hash."""
    if not has_tokens():
        abort(404)
    return _answer("admin/tokens.html", tables.TOKENS)


def _answer(template: str, table: Table) -> Response | str:
    everything: Select[Any] = select(table.model)
    if wants_csv():
        return csv_file(table, everything)
    return render_template(template, page=read(table, everything))
