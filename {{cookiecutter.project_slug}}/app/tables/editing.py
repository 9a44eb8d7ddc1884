"""Save one cell of a table."""

from dataclasses import dataclass
from typing import Any

from flask import abort, request
from wtforms import StringField

from ..signin.forms import Form
from .declaration import Table


@dataclass(frozen=True)
class Refused:
    """A value that was not saved, to be shown again with what is wrong with it."""

    row_id: int
    column: str
    value: str
    error: str


def edit(table: Table, row: Any) -> Refused | None:
    """Set the posted value of one column; return None, or what is wrong with it.

    The view has made sure that this person may change the row, and commits.  Where the form says
    what the cell `was`, a value that somebody else has saved meanwhile is not overwritten unseen.
    """
    column = next((one for name, one in table.edited.items() if name in request.form), None)
    if column is None:
        abort(400)
    fields = {column.name: StringField(column.label, validators=column.edit)}
    form = type("CellForm", (Form,), fields)()
    value = form[column.name].data or ""
    if not form.validate():
        error = " ".join(form[column.name].errors) or "This page was open for too long: try again."
        return Refused(row.id, column.name, value, error)
    now, was = str(getattr(row, column.name)), request.form.get("was")
    if was is not None and _lines(was) != _lines(now) != _lines(value):
        error = f"This was changed elsewhere meanwhile, to “{now}”. Save again to replace it."
        return Refused(row.id, column.name, value, error)
    setattr(row, column.name, value)
    return None


def _lines(text: str) -> list[str]:
    """Return the lines of a text: browsers send other line ends than they were given."""
    return text.strip().splitlines()
