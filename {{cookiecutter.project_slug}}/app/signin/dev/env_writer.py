"""Write settings into the owner's `.env`.  Comments, order and everything else stay."""

import io
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

HEADING = "# Written by the setup page"
# What needs no quotes.  A `$` would begin a variable, a `#` a comment.
PLAIN = re.compile(r"[A-Za-z0-9_.:/@%+=,~-]+")


class NotWritable(Exception):
    """The file was not changed; the message says why."""


def write(file: Path, values: Mapping[str, str]) -> None:
    """Set variables in a `.env` file, in the last line of each that counts, or at its end.

    The file is replaced as a whole, for its owner's eyes only.  Raises NotWritable.
    """
    try:
        target = file.resolve()
        before = target.read_bytes().decode("utf-8-sig") if target.exists() else ""
        after = with_values(before, values)
        _replace(target, after.encode())
    except (OSError, ValueError) as error:
        raise NotWritable(f"{file} cannot be written: {error}") from error


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return the text of a `.env` file with these variables set.

    The line ends of a key become \\n, in double quotes.  Raises ValueError for a value with other
    control characters, which no line can hold.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = re.split(r"\r?\n", text.rstrip("\r\n")) if text else []
    added = []
    for name, value in values.items():
        line = f"{name}={_quoted(name, value)}"
        places = [i for i, each in enumerate(lines) if _sets(each, name)]
        empty = [i for i, each in enumerate(lines) if re.fullmatch(rf"#\s*{name}=.*", each)]
        if places:
            lines[places[-1]] = line
        elif empty:
            lines.insert(empty[-1] + 1, line)
        else:
            added.append(line)
    if added:
        lines += [*([""] if lines and lines[-1] else []), *_heading(lines), *added]
    result = end.join([*lines, ""])
    _check(result, values)
    return result


def _heading(lines: list[str]) -> list[str]:
    return [] if HEADING in lines else [HEADING]


def _sets(line: str, name: str) -> bool:
    return re.match(rf"\s*(export\s+)?{name}\s*=", line) is not None


def _quoted(name: str, value: str) -> str:
    """Return a value as it stands in a line."""
    if not value.replace("\n", "").isprintable():
        raise ValueError(f"{name} has characters that cannot be in a line of .env")
    if PLAIN.fullmatch(value) or not value:
        return value
    escaped = value.replace("\\", "\\\\")
    if "\n" in value:
        escaped = escaped.replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    escaped = escaped.replace("'", "\\'")
    return f"'{escaped}'"


def _check(text: str, values: Mapping[str, str]) -> None:
    """Read the text back.  A value that ran over several lines, for one, would show here."""
    found = dotenv_values(stream=io.StringIO(text), interpolate=False)
    wrong = [name for name, value in values.items() if (found.get(name) or "") != value]
    if wrong:
        raise ValueError(f"the lines of {', '.join(wrong)} are not plain: write them by hand")


def _replace(target: Path, content: bytes) -> None:
    """Write a new file beside the old one, readable by its owner only, and put it in its place."""
    new = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        new.replace(target)
    except OSError:
        new.unlink(missing_ok=True)
        raise
