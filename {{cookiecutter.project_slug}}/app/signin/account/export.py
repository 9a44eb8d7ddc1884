"""Export everything that is stored about a user, as a file."""

import json
import re
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from sqlalchemy import Column, ColumnElement, Table, or_, select
from werkzeug.wrappers import Response as AnyResponse

from ..auth import audit, settings
from ..database import now
from ..host import USER_ID, Base, db
from ..models import (
    ApiToken,
    AuditEvent,
    Identity,
    Invitation,
    LiveEvent,
    LoginSession,
    PendingLogin,
)
from .blueprint import bp, current
from .recent_sign_in import recent_sign_in_required

SECRET = {"nonce", "code_verifier", "access_token", "refresh_token"}
SECRET_PARTS = (
    *("password", "passwd", "passphrase", "pwd", "secret", "_hash", "salt", "otp"),
    *("apikey", "api_key", "privatekey", "private_key", "recovery_code", "backup_code"),
)
INTERNAL = {"sid", "request_id", "family", "held"}
OURS = {
    model.__tablename__
    for model in (
        *(ApiToken, AuditEvent, Identity, Invitation),
        *(LiveEvent, LoginSession, PendingLogin),
    )
}


@bp.route("/export", methods=["GET", "POST"])
@recent_sign_in_required
def export() -> AnyResponse | str:
    """Offer everything that is stored about this user as a file, and return it."""
    if request.method != "POST":
        return render_template("signin/account/export.html")
    user_id = current().user_id
    text = json.dumps(rows_of(user_id), indent=2, ensure_ascii=False, default=str)
    audit.record("export", user_id=user_id)
    db.session.commit()
    headers = {"Content-Disposition": f'attachment; filename="{file_name()}"'}
    return Response(text, headers=headers, content_type="application/json")


def file_name() -> str:
    """Return the name of the file, such as "our-club-2026-11-26.json"."""
    name = re.sub(r"[^a-z0-9]+", "-", settings().app_name.lower()).strip("-")
    return f"{name or 'account'}-{now():%Y-%m-%d}.json"


def rows_of(user_id: int) -> dict[str, Any]:
    """Return all rows about a user, table by table, without secrets and internal ids.

    Every table with a foreign key to the users table is included, also your own, if it has a row.
    Leave out a column of your own with `mapped_column(..., info={"secret": True})`.
    """
    tables = Base.metadata.tables
    name, _, key = USER_ID.partition(".")
    users = tables[name]
    conditions: dict[Table, ColumnElement[bool]] = {users: users.c[key] == user_id}
    for table in Base.metadata.sorted_tables:
        keys = [foreign.parent for foreign in table.foreign_keys if foreign.column is users.c[key]]
        if keys:
            conditions[table] = or_(*(column == user_id for column in keys))
    found = {table.name: _rows(table, condition) for table, condition in conditions.items()}
    return {name: rows for name, rows in found.items() if rows}


def _rows(table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = [
        column for column in table.columns if not (_is_secret(column) or _is_internal(column))
    ]
    rows = db.session.execute(select(*columns).where(condition)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _is_secret(column: Column[Any]) -> bool:
    named = column.name in SECRET or any(part in column.name.lower() for part in SECRET_PARTS)
    return named or bool(column.info.get("secret"))


def _is_internal(column: Column[Any]) -> bool:
    """Return whether a column of sign-in's own tables means nothing outside the database."""
    number = column.primary_key or column.foreign_keys or column.name in INTERNAL
    return column.table.name in OURS and bool(number)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
