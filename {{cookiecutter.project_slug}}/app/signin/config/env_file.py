"""Read the `.env` file."""

import io
from collections.abc import Iterator
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from .errors import ConfigError


def read(file: Path) -> tuple[dict[str, str], list[str]]:
    """Return the variables of a `.env` file, and a description of each line that is no setting.

    Raises ConfigError if the file cannot be read or is not text in UTF-8.
    """
    if not file.exists():
        return {}, [f"{other} is not read: rename it to .env" for other in _misnamed(file)]
    found = bindings(file)
    good = "".join(binding.original.string for binding in found if not _broken(binding))
    broken = [
        f"{file}, line {_line(binding)}, cannot be read: {_advice(binding)}"
        for binding in found
        if _broken(binding)
    ]
    values = dotenv_values(stream=io.StringIO(good))
    return {name: value for name, value in values.items() if value is not None}, broken


def bindings(file: Path) -> list[Binding]:
    """Return the lines of a `.env` file, each as it is written and what it sets."""
    return list(parse_stream(io.StringIO(_text(file))))


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigError([f"{file} cannot be read: {error.strerror}"]) from error
    try:
        text = content.decode("utf-8-sig")
        bad = content.find(b"\0")
    except UnicodeDecodeError as error:
        text, bad = "", error.start
    if bad >= 0:
        line = content.count(b"\n", 0, bad) + 1
        raise ConfigError([f"{file}, line {line}, is not text in UTF-8: save .env as UTF-8"])
    return text


def _misnamed(file: Path) -> Iterator[Path]:
    """Yield what an editor has made of `.env`."""
    for name in (".env.txt", "env.txt", ".env.env"):
        if (other := file.with_name(name)).exists():
            yield other


def _broken(binding: Binding) -> bool:
    """Return whether a line is neither empty, a comment, NAME=value nor a NAME alone."""
    name = binding.key or "A_COMMENT"
    alone = binding.value is None and not (name.isidentifier() and name.isupper())
    return binding.error or alone or "$" in name


def _advice(binding: Binding) -> str:
    name = binding.key or ""
    if not name.isascii():
        return "its name has a character that is not ASCII, maybe an invisible one: type it again"
    return "write NAME=value, and put values with #, $ or spaces in single quotes"


def _line(binding: Binding) -> int:
    """Return the number of its line; python-dotenv counts from the empty lines before it."""
    before = binding.original.string
    return binding.original.line + before[: len(before) - len(before.lstrip())].count("\n")
