"""Roughly where an address is, by a database on this machine.  No other server is asked.

Source: https://maxmind.github.io/MaxMind-DB/
"""

from functools import cache
from importlib import import_module
from typing import Any

from ..auth import settings


def place(address: str) -> str:
    """Return the city and country of an address, such as "Oslo, Norway".

    Empty without GEOIP_DATABASE, and for an address that is not in it.
    """
    file = settings().geoip_database
    try:
        found = _database(file).get(address) if file and address else None
    except (ValueError, RuntimeError):
        # No IP address, or a damaged file: a page can do without a place.
        return ""
    names = ((found or {}).get(part, {}).get("names", {}).get("en") for part in ("city", "country"))
    return ", ".join(filter(None, names))


@cache
def _database(file: str) -> Any:
    """Return the open database.  A new file is read after a restart."""
    return import_module("maxminddb").open_database(file)
