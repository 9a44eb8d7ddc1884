"""Everything that is kept about a user: to take along, or to delete."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select

from ..db import Base, db
from ..models import User

SECRET = {"key_hash", "token_hash", "state_hash", "browser_hash", "code_hash", "nonce"}
SECRET |= {"code_verifier", "access_token", "refresh_token"}


def export(user_id: int) -> dict[str, Any]:
    """Return all rows about a user, table by table, without secrets.

    Every table with a foreign key to `users` is in it, so your own tables are too.
    """
    users = Base.metadata.tables[User.__tablename__]
    theirs = {users: users.c.id == user_id}
    for table in Base.metadata.sorted_tables:
        keys = [key.parent for key in table.foreign_keys if key.column is users.c.id]
        if keys:
            theirs[table] = or_(*(key == user_id for key in keys))
    return {table.name: _rows(table, mine) for table, mine in theirs.items()}


def _rows(table: Table, mine: ColumnElement[bool]) -> list[dict[str, Any]]:
    shown = [column for column in table.columns if column.name not in SECRET]
    rows = db.session.execute(select(*shown).where(mine)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def delete_account(user_id: int) -> None:
    """Delete a user in the transaction under way; the database takes all their rows along."""
    db.session.execute(delete(User).where(User.id == user_id))
