"""The rows of a table as a file for a spreadsheet."""

import csv
import io
from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy import Select, select

from ..db import db
from .asked import asked_of
from .declaration import Table
from .page import exactly, ordering, window

# A spreadsheet takes a cell that begins so for a formula; the last four are full-width = + - @.
# Source: https://owasp.org/www-community/attacks/CSV_Injection
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def wants_csv() -> bool:
    """Return whether this request asks for the file."""
    return request.args.get("format") == "csv"


def csv_file(table: Table, base: Select[Any]) -> Response:
    """Return all rows that match in this window, in their order: not one page of them alone."""
    asked = asked_of(table)
    entity, matching = window(table, base, asked)
    found = select(entity).where(matching).order_by(*ordering(entity, asked))
    rows = list(db.session.scalars(found)) or exactly(table, base, asked)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([column.label for column in table.columns])
    writer.writerows([cell(column.value(row)) for column in table.columns] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.csv"'}
    # Without the mark, Excel reads another encoding than UTF-8.
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


def cell(value: object) -> str:
    """Return a value as a text that no spreadsheet runs."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text
