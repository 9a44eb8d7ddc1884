"""Settings of how the pages look."""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from .reader import PACKAGE, Reader

COLOR = re.compile("#?[0-9a-f]{6}")
STATIC = PACKAGE / "static"
# The marks of providers that this app has.
MARKS = Path(__file__).parents[1] / "static" / "marks"
PICTURES = (".svg", ".png", ".webp", ".jpg", ".jpeg", ".gif", ".ico")
LOGO = "icon.svg"
MANY = 20


def color(reader: Reader, name: str) -> str:
    """Return a color as #rrggbb in lower case, or an empty string."""
    value = reader.text(name).lower()
    if value and not COLOR.fullmatch(value):
        reader.problem(name, "is not a color like #0b6b5d: six hexadecimal digits")
        return ""
    return f"#{value.removeprefix('#')}" if value else ""


def logo(reader: Reader, name: str) -> str:
    """Return the file of the logo in `static/`; empty if the app has none."""
    value = reader.text(name, LOGO if (STATIC / LOGO).is_file() else "")
    if value and not is_picture(value):
        reader.problem(name, f"is not a picture in {STATIC.name}/ like logo.svg or images/logo.png")
        return ""
    return value


def check_icon(reader: Reader, name: str) -> None:
    """Refuse the icon of a provider if there is no such picture in `static/`, and no such mark."""
    value = reader.text(name)
    known = sorted(file.stem for file in MARKS.glob("*.svg")) if value else []
    if value and value not in known and not is_picture(value):
        few = (
            f"one of {', '.join(known)}" if len(known) < MANY else f"the name of a file in {MARKS}"
        )
        reader.problem(name, f"is neither a picture in {STATIC.name}/ like corp.svg nor {few}")


def is_picture(name: str) -> bool:
    """Return whether there is a picture with this name in `static/`."""
    path = Path(name)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name
    return inside and path.suffix.lower() in PICTURES and (STATIC / path).is_file()


def link(reader: Reader, name: str) -> str:
    """Return the address of a page: a URL, or a path of this app."""
    value = reader.text(name)
    plain = value.isprintable() and not re.search(r"[\s\\]", value)
    if value and not (plain and re.match(r"https?://[^/]|/(?!/)", value)):
        reader.problem(
            name, "is neither a URL like https://example.org/terms nor a path like /terms"
        )
        return ""
    return value


def geoip_database(reader: Reader, name: str) -> str:
    """Return the file with the places of addresses, or an empty string."""
    value = reader.text(name)
    if not value:
        return ""
    if find_spec("maxminddb") is None:
        reader.problem(name, "needs the Python package maxminddb: see docs/deploy.md")
    elif not _is_database(value):
        reader.problem(name, "is not a file that can be read as a database of MaxMind (.mmdb)")
    return value


def _is_database(file: str) -> bool:
    package = import_module("maxminddb")
    try:
        package.open_database(file).close()
    except (OSError, package.InvalidDatabaseError):
        return False
    return True
