"""Export everything that is stored about a user, as a file."""

import json
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from sqlalchemy import ColumnElement, Table, or_, select
from werkzeug.wrappers import Response as AnyResponse

from ..auth import audit
from ..host import USER_ID, Base, db
from .blueprint import bp, current
from .recent_sign_in import recent_sign_in_required

SECRET = {"key_hash", "token_hash", "user_code_hash", "state_hash", "browser_hash", "code_hash"}
SECRET |= {"nonce", "code_verifier", "access_token", "refresh_token"}


@bp.route("/export", methods=["GET", "POST"])
def export() -> AnyResponse | str:
    """Offer everything that is stored about this user as a file."""
    if request.method == "POST":
        return download()
    return render_template("signin/account/export.html")


@recent_sign_in_required
def download() -> AnyResponse:
    """Return the file."""
    user_id = current().user_id
    text = json.dumps(rows_of(user_id), indent=2, ensure_ascii=False, default=str)
    audit.record("export", user_id=user_id)
    db.session.commit()
    headers = {"Content-Disposition": 'attachment; filename="account.json"'}
    return Response(text, headers=headers, content_type="application/json")


def rows_of(user_id: int) -> dict[str, Any]:
    """Return all rows about a user, table by table, without secrets.

    Every table with a foreign key to the users table is included, also your own.
    """
    tables = Base.metadata.tables
    name, _, key = USER_ID.partition(".")
    users = tables[name]
    conditions: dict[Table, ColumnElement[bool]] = {users: users.c[key] == user_id}
    for table in Base.metadata.sorted_tables:
        keys = [foreign.parent for foreign in table.foreign_keys if foreign.column is users.c[key]]
        if keys:
            conditions[table] = or_(*(column == user_id for column in keys))
    return {table.name: _rows(table, condition) for table, condition in conditions.items()}


def _rows(table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = [column for column in table.columns if not _is_secret(column.name)]
    rows = db.session.execute(select(*columns).where(condition)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _is_secret(column: str) -> bool:
    return column in SECRET or "password" in column


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
