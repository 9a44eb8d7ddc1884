"""The migration of an app that exists: the tables of sign-in, and columns that its users lack.

Its text is that of this app's own migrations, for the other app's table of users and type of key.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .host_file import key_type, qualified
from .problems import Problem

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
OURS = ("signin_0001_tables.py", "signin_0003_live_events.py")
REVISION = "signin_grafted"
# The columns of the mix-in `SignInUser`: type, and the value for the rows that exist.
COLUMNS = {
    "name": ("sa.String(length=200)", None),
    "email": ("sa.String(length=254)", None),
    "email_verified": ("sa.Boolean()", "sa.false()"),
    "picture": ("sa.String(length=2048)", None),
    "name_edited": ("sa.Boolean()", "sa.false()"),
    "picture_edited": ("sa.Boolean()", "sa.false()"),
    "is_admin": ("sa.Boolean()", "sa.false()"),
    "disabled_at": ("MOMENT", None),
    "created_at": ("MOMENT", "now"),
}
HEAD = '''"""The tables and columns of sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# For the users who are there already: SQLite adds no column with a value that it must work out.
NOW = "{now}"


def upgrade() -> None:
    there = sa.inspect(op.get_bind())
    now = NOW if op.get_bind().dialect.name == "sqlite" else f"{{NOW}}+00"
    tables = there.get_table_names({schema})
    columns = [column["name"] for column in there.get_columns("{table}"{in_schema})]
'''


def text(survey: Mapping[str, Any], down: str | None) -> str:
    """Return the text of the migration.  `down` is the revision before it."""
    user = survey["user"]
    has = {column["name"] for column in user["columns"]}
    schema = repr(user["schema"]) if user["schema"] else ""
    head = HEAD.format(
        revision=REVISION,
        down=down,
        now=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        table=user["table"],
        schema="",
        in_schema=f", schema={schema}" if schema else "",
    )
    added = [_add(user, name) for name in COLUMNS if name not in has]
    made = [_table(name, body, user) for file in OURS for name, body in _bodies(VERSIONS / file)]
    dropped = "".join(f'    op.drop_table("{name}")\n' for name in reversed(_names()))
    lost = "".join(_drop(user, name) for name in reversed(COLUMNS) if name not in has)
    return f"{head}{''.join(added)}{''.join(made)}\n\ndef downgrade() -> None:\n{dropped}{lost}"


def names_of_tables() -> list[str]:
    """Return the names of the tables of sign-in."""
    return _names()


def _names() -> list[str]:
    return [name for file in OURS for name, _ in _bodies(VERSIONS / file)]


def _bodies(file: Path) -> list[tuple[str, str]]:
    """Return name and statements of each table that a migration creates, without the users."""
    upgrade = file.read_text(encoding="utf-8").split("def upgrade() -> None:\n")[1]
    upgrade = upgrade.split("\n\ndef downgrade")[0]
    parts = re.split(r'(?=^    op\.create_table\(\n        "\w+",$)', upgrade, flags=re.MULTILINE)
    found = []
    for part in filter(str.strip, parts):
        name = re.search(r'create_table\(\n        "(\w+)"', part)
        if name is None:
            raise Problem(f"{file} is not what graft.py expects.")
        if name[1] != "users":
            found.append((name[1], part.strip("\n")))
    return found


def _table(name: str, body: str, user: Mapping[str, Any]) -> str:
    """Return the statements of one table, for these users, if the table is missing."""
    kind = key_type(user["key"])[2]
    body = re.sub(r'(sa\.Column\("(?:user_id|used_by_id)", )sa\.Integer\(\)', rf"\g<1>{kind}", body)
    target = f"{qualified(user)}.{user['key']['name']}"
    body = body.replace('"users.id"', f'"{target}"')
    indented = "\n".join(f"    {line}" if line.strip() else "" for line in body.split("\n"))
    return f'\n    if "{name}" not in tables:\n{indented}\n'


def _add(user: Mapping[str, Any], name: str) -> str:
    kind, default = COLUMNS[name]
    value = f", nullable=False, server_default={default}" if default else ""
    table, where = user["table"], _where(user)
    added = f'"{table}", sa.Column("{name}", {kind}{value}){where}'
    index = f'        op.create_index("ix_{table}_email", "{table}", ["email"]{where})\n'
    lines = (
        f"op.add_column(\n            {added}\n        )" if value else f"op.add_column({added})"
    )
    return f'    if "{name}" not in columns:\n        {lines}\n{index * (name == "email")}'


def _drop(user: Mapping[str, Any], name: str) -> str:
    """Return the statements that drop a column; SQLite refuses one with an index."""
    table, where = user["table"], _where(user)
    index = f'    op.drop_index("ix_{table}_email", table_name="{table}"{where})\n'
    drop = f'    op.drop_column("{table}", "{name}"{where})\n'
    return index * (name == "email") + drop


def _where(user: Mapping[str, Any]) -> str:
    return f', schema="{user["schema"]}"' if user["schema"] else ""
