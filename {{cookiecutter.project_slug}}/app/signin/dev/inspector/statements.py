"""What a login writes into the database.

The engine reports each statement and each end of a transaction.
"""

import re
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.event import listens_for

from .meanings import NOTES, TABLES
from .recording import Row, Table, current
from .shown import shown

WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+[\"`]?(\w+)", re.IGNORECASE)


@listens_for(Engine, "after_cursor_execute")
def _note(_connection: Connection, _cursor: Any, statement: str, *rest: Any) -> None:
    """Note a statement that writes.  `rest` is its parameters, its context, and `executemany`."""
    recording, written = current(), WRITES.match(statement)
    if recording is None or written is None or not recording.steps:
        return
    verb, name = " ".join(written[1].upper().split()), written[2]
    kind = "account" if recording.steps[-1].kind == "account" else "database"
    step = recording.note(kind, NOTES.get(f"{verb} {name}", "Write to the database"))
    values = (getattr(rest[1], "compiled_parameters", None) or [{}])[0]
    rows = [Row(key, shown(key, value)) for key, value in values.items() if value is not None]
    table = Table(f"{verb} {name}", rows, TABLES.get(name, ""))
    step.tables.append(table)
    recording.uncommitted.append(table)


@listens_for(Engine, "commit")
def _committed(_connection: Connection) -> None:
    recording = current()
    if recording is not None:
        recording.uncommitted.clear()


@listens_for(Engine, "rollback")
def _rolled_back(_connection: Connection) -> None:
    recording = current()
    if recording is not None:
        for table in recording.uncommitted:
            table.undone = True
        recording.uncommitted.clear()
