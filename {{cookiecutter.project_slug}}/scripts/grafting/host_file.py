"""`signin/host.py` for an app: where its database, its user class and its pages are."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .problems import Problem

# What sign-in's mix-in brings, and so fills by itself.
OF_SIGNIN = {
    *("name", "email", "email_verified", "picture", "name_edited", "picture_edited"),
    *("is_admin", "disabled_at", "created_at"),
}
# Addresses that sign-in has at the root.
ADDRESSES = ("/login", "/logout", "/callback", "/session", "/invite", "/account")
# By type of the user's key: the Python type in `host.py`, what it needs, and the migration's type.
KEYS = {
    "Integer": ("int", "", "sa.Integer()"),
    "BigInteger": ("Annotated[int, mapped_column(BigInteger)]", "BigInteger", "sa.BigInteger()"),
    "SmallInteger": (
        "Annotated[int, mapped_column(SmallInteger)]",
        "SmallInteger",
        "sa.SmallInteger()",
    ),
    "Uuid": ("UUID", "", "sa.Uuid()"),
    "UUID": ("UUID", "", "sa.Uuid()"),
}
# Columns that pages show or link to, also where the database would let them be null.
NAME = re.compile(r"(user|nick|screen|display|login)_?name|handle|nick|login", re.I)
# Columns that keep people out until they have proved their address.
CONFIRMED = re.compile(r"(is_|email_)?(confirmed|verified)|(email|account)_is_\w+ed", re.I)
EMPTY = {"int": "0", "bool": "False", "float": "0.0"}


def key_type(key: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what `host.py` calls the key's type, what it imports for it, and the migration's type.

    Raises Problem for a type of the app's own.
    """
    if key["python"] == "str" and key["generic"]:
        size = f"({key['length']})" if key["length"] else ""
        if key["type"] in ("Uuid", "UUID"):
            uuid = "Uuid(as_uuid=False)"
            return f"Annotated[str, mapped_column({uuid})]", "Uuid", f"sa.{uuid}"
        return f"Annotated[str, mapped_column(String{size})]", "String", f"sa.String{size or '()'}"
    if not key["generic"] or key["type"] not in KEYS:
        raise Problem(
            f"The key of your users has the type {key['type']}; sign-in takes Integer, BigInteger,"
            " String and Uuid."
        )
    return KEYS[key["type"]]


def prefix(survey: Mapping[str, Any]) -> str:
    """Return what the addresses of sign-in begin with, so that the app keeps its own."""
    first = {f"/{rule.strip('/').split('/')[0]}" for rule in survey["rules"]}
    if not first & set(ADDRESSES):
        return ""
    return next(name for name in ("/signin", "/sign-in", "/social") if name not in first)


def text(survey: Mapping[str, Any]) -> str:
    """Return the text of `host.py`."""
    user, (module, name) = survey["user"], survey["db"]
    python, extra, _ = key_type(user["key"])
    fills = list(_fills(user))
    lines = [
        '"""The app around this folder: its database, its user class and its pages.\n\n'
        'Written by graft.py; it is yours to change.\n"""\n\n',
        "import sys\n" * (not survey["is_package"]),
        "from datetime import UTC, datetime\n" * any("datetime" in fill for fill in fills),
        "from pathlib import Path\n" * (not survey["is_package"]),
        f"from typing import {'Annotated, ' * ('Annotated' in python)}Any, TypeAlias\n",
        "from uuid import UUID\n" * (python == "UUID"),
        "\n",
        f"from sqlalchemy import {extra}\n" * bool(extra),
        "from sqlalchemy.orm import mapped_column\n\n" * bool(extra),
        "" if survey["is_package"] else _started(survey["package"]),
        f"from {module} import {name}{'' if name == 'db' else ' as db'}\n\n",
        "Base: Any = db.Model\n\n",
        "# The names of your user class and of its key.  They are strings to avoid a circular"
        " import.\n",
        f'USER = "{user["class"]}"\n',
        f'USER_ID = "{qualified(user)}.{user["key"]["name"]}"\n',
        f"# The type of that key.\nUserKey: TypeAlias = {python}\n\n",
        "# The attribute of your user class with the hash of a password, and the value of those who"
        " have none.\n",
        f'PASSWORD, NO_PASSWORD = "{user["password"]}", "{survey["no_password"]}"\n\n',
        "# The layout that the pages of sign-in extend.\n",
        'BASE_TEMPLATE = "signin/layout.html"\n\n',
        "# The style sheet of pages without that layout: the endpoint and the file.\n",
        'STYLES = "signin.static", "app.css"\n\n',
        f'# Default page after a sign-in.\nHOME = "{survey["home"]}"\n\n',
        "# What the addresses of sign-in begin with.\n",
        f'PREFIX = "{prefix(survey)}"\n\n',
        "# Whether CSRF protection and, in development, the check of the host are for every page,"
        " or for\n# those of sign-in only.\nWHOLE_APP = False\n\n\n",
        "def adapt_user(user: Any, claims: Any) -> None:\n",
        '    """Set other columns that your user class requires, before a user is stored."""\n',
        "    from .auth import required\n\n" if fills else "",
        *(f"    {fill}\n" for fill in fills),
    ]
    return "".join(lines)


def _started(module: str) -> str:
    """Return the lines for an app of one module, which imports sign-in while it is read itself."""
    return f"""\
# Started as a program that module is called __main__: here it must not be read a second time.
started = sys.modules["__main__"]
file = Path(getattr(started, "__file__", None) or "")
if file.resolve() == Path(__file__).resolve().parents[1] / "{module.rpartition(".")[2]}.py":
    sys.modules.setdefault("{module}", started)

"""


def qualified(user: Mapping[str, Any]) -> str:
    """Return the table's name, with its schema if it has one."""
    return f"{user['schema']}.{user['table']}" if user["schema"] else str(user["table"])


def _fills(user: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that fill the columns which the user class, or its pages, require."""
    for column in user["columns"]:
        name, attribute = column["name"], column["attribute"]
        # A form for lost passwords looks for the address, so nobody may have a stranger's.
        if attribute == "email" and (column["unique"] or column["needed"] or user["password"]):
            yield f"required.unique_address(user, claims, needed={column['needed']})"
        elif attribute == user["password"]:
            yield f'required.no_password(user, "{attribute}")'
        elif _is_filled(column):
            yield _fill(column)
    for column in user["columns"]:
        name, attribute = column["name"], column["attribute"]
        if column["python"] == "bool" and CONFIRMED.fullmatch(name) and name not in OF_SIGNIN:
            yield f'required.confirmed(user, "{attribute}")'


def _is_filled(column: Mapping[str, Any]) -> bool:
    if column["python"] == "str" and NAME.fullmatch(column["name"]):
        return True
    return column["needed"] and (column["attribute"] == "name" or column["name"] not in OF_SIGNIN)


def _fill(column: Mapping[str, Any]) -> str:
    attribute, length = column["attribute"], column["length"] or 80
    if column["python"] == "str":
        kind = "unique_name" if column["unique"] else "name"
        return f'required.{kind}(user, claims, "{attribute}", {length})'
    if column["python"] in EMPTY and not column["unique"]:
        return f'required.value(user, "{attribute}", {EMPTY[column["python"]]})'
    if column["python"] == "datetime":
        return f'required.value(user, "{attribute}", datetime.now(UTC).replace(tzinfo=None))'
    raise Problem(
        f"The column {attribute} of your users may not be null and has no default: give it one in"
        " your model, so that a new account can be stored."
    )
