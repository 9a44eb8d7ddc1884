"""Validate DATABASE_URL."""

import os
import re
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from .checks import PLACEHOLDER, need_driver
from .reader import ROOT, Reader

# How platforms write it, whatever driver they name.
SCHEMES = {r"^postgres(ql)?(\+\w+)?://": "postgresql+psycopg://", r"^sqlite\+\w+://": "sqlite://"}


def database_url(reader: Reader, name: str) -> str:
    """Return the URL of the database, with its driver."""
    default = f"sqlite:///{ROOT / 'instance' / 'app.db'}"
    value = reader.text(name, default)
    for scheme, ours in SCHEMES.items():
        value = re.sub(scheme, ours, value)
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        reader.problem(
            name,
            "is not a database URL: write it like postgresql://user:password@host:5432/name,"
            " without jdbc: or psql before it",
        )
        return default
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        reader.problem(name, "must be sqlite:///… or postgresql://…")
    if name in reader.of_app:
        return value
    need_driver(reader, name, backend)
    if backend == "sqlite":
        _check_sqlite(reader, name, url)
    if backend == "postgresql":
        _check_postgresql(reader, name, url)
    return value


def _check_sqlite(reader: Reader, name: str, url: URL) -> None:
    """Refuse what is no file, and files that cannot be written."""
    if url.host:
        reader.problem(name, "has two slashes: write sqlite:///app.db, or sqlite:////data/app.db")
    elif url.database in (None, "", ":memory:"):
        reader.notice(name, "is in memory, so it is empty at each start: name a file, or remove it")
    elif not _writable(url.database):
        reader.problem(
            name,
            "names a folder, a file that cannot be written or a folder that does not exist",
        )


def _writable(name: str) -> bool:
    """Return whether this file can be written or created.

    A relative one is in `instance`, which the app creates itself; `file:` begins a URI.
    """
    if name.startswith("file:"):
        return True
    file = ROOT / "instance" / name
    if file.is_dir():
        return False
    creatable = [ROOT] if file.parent == ROOT / "instance" else []
    nearest = next((path for path in (file, file.parent, *creatable) if path.exists()), None)
    return nearest is not None and os.access(nearest, os.W_OK)


def _check_postgresql(reader: Reader, name: str, url: URL) -> None:
    """Refuse what would fail at the first connection only."""
    if "@" in (url.host or ""):
        reader.problem(name, "has an @ in its password: write it as %40")
    password = (url.password or "").strip("[]")
    if PLACEHOLDER.fullmatch(password):
        reader.problem(name, "has a placeholder as its password: fill in the real one")
    if url.host and not url.database:
        reader.problem(name, "names no database: add / and its name at the end")
    try:
        driver: Any = url.get_dialect().import_dbapi()
    except ImportError:
        return
    known = {option.keyword.decode() for option in driver.pq.Conninfo.get_defaults()}
    for parameter in sorted(set(url.query) - known):
        reader.problem(name, f"has a parameter that PostgreSQL does not know: remove {parameter}")
