"""Values for a page, with secrets shortened."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .meanings import PARAMETERS
from .recording import Row, Table

# Names whose values are secrets, or prove something.
SECRET = re.compile(
    r"token$|secret|password|verifier|assertion|authorization$|cookie|(^|_)code$|_hash$|challenge$"
    r"|^state$|^nonce$|(^|_)key$|session|^sid$|signature|^at_hash$",
    re.IGNORECASE,
)
# What looks like one: long, without spaces, and no URL, address or list of words.
RANDOM = re.compile(r"(?=.*\d)[\w+/=.~-]{32,}")
KEPT_CHARACTERS = 4
MAX_VALUE = 300
MAX_ROWS = 60
MAX_NAME = 120
MAX_DEPTH = 6
MAX_NAMES = 36


def shown(name: str, value: Any) -> str:
    """Return a value for the page: a secret as `abcd… (43 characters)`, a long text cut."""
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    text = str(value)
    if not text:
        return "(empty)"
    if SECRET.search(name.rpartition(".")[2]) or RANDOM.fullmatch(text):
        return shortened(text)
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}… ({len(text)} characters)"


def shortened(text: str) -> str:
    """Return the first characters of a secret and its length.  Of a short one, show less."""
    start = text[: min(KEPT_CHARACTERS, len(text) // 4)]
    return f"{start}… ({len(text)} characters)"


def table(title: str, pairs: Iterable[tuple[str, Any]]) -> Table:
    """Return values as a table, each with what it is for."""
    some = list(islice(pairs, MAX_ROWS + 1))
    rows = [
        Row(name[:MAX_NAME], shown(name, value), PARAMETERS.get(name, "")) for name, value in some
    ]
    return Table(title, rows if len(rows) <= MAX_ROWS else [*rows[:MAX_ROWS], Row("…", "more")])


def query_table(title: str, url: str) -> Table:
    """Return the parameters of a URL."""
    return table(title, parse_qsl(urlsplit(url).query, keep_blank_values=True))


def body_tables(title: str, body: bytes) -> list[Table]:
    """Return what a response says: the members of its JSON, and those of an ID Token in it."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace").strip()
        return [Table(title, [Row("not JSON", shown("", text))])] if text else []
    tables = [table(title, flat(document))]
    id_token = document.get("id_token") if isinstance(document, dict) else None
    return tables + (token_tables(id_token) if isinstance(id_token, str) else [])


def names(tables: list[Table]) -> str:
    """Return the names of the first table's values, as many as fit into a title."""
    found = (
        ", ".join(dict.fromkeys(row.name.partition(".")[0] for row in tables[0].rows))
        if tables
        else ""
    )
    return found if len(found) <= MAX_NAMES else f"{found[:MAX_NAMES].rpartition(',')[0]}, …"


def token_tables(token: str) -> list[Table]:
    """Return what a JWT says, verified or not."""
    found = []
    for title, part in zip(
        ("The ID Token's header", "The ID Token's claims"), token.split("."), strict=False
    ):
        try:
            document = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (ValueError, RecursionError):
            continue
        found.append(table(title, flat(document)))
    return found


def flat(document: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the values of a JSON document with their dotted paths, deep ones as they are."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(document, Mapping):
        inner = document.items()
    elif isinstance(document, list):
        inner = enumerate(document)
    if not inner or depth == MAX_DEPTH:
        yield path, document
        return
    for key, value in inner:
        yield from flat(value, f"{path}.{key}".strip("."), depth + 1)
