"""The environment, and what is found wrong with it."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from ..oauth.answers import allowed_url

ROOT = Path(__file__).resolve().parents[2]


class ConfigError(Exception):
    """The settings cannot be used; the message names each problem, and no value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"The settings need attention:{lines}")


def environment(file: Path = ROOT / ".env") -> dict[str, str]:
    """Return the variables of the process, completed by those of a `.env` file.

    `flask run` has put the file's values into the process before it starts the reloader, so a
    restarted child would see the old values for ever: their names are passed on to it, and the
    file is read again.
    """
    names = os.environ.get("DOTENV_NAMES", "").split(",")
    process = {name: value for name, value in os.environ.items() if name not in names}
    written = {name: value for name, value in dotenv_values(file).items() if value is not None}
    from_file = [name for name, value in written.items() if process.get(name, value) == value]
    os.environ["DOTENV_NAMES"] = ",".join(from_file)
    os.environ.update({name: written[name] for name in from_file})
    return {**written, **process}


class Reader:
    """The environment, and what was found wrong with it.  An empty value counts as unset."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        stripped = {name: value.strip() for name, value in environ.items()}
        self.values = {name: value for name, value in stripped.items() if value}
        self.empty = [name for name, value in stripped.items() if not value]
        self.problems: list[str] = []

    def problem(self, name: str, text: str) -> None:
        """Note what is wrong with a setting."""
        self.problems.append(f"{name} {text}")

    def text(self, name: str, default: str = "") -> str:
        """Return a value, or the default where it is unset."""
        return self.values.get(name, default)

    def words(self, name: str) -> list[str]:
        """Return a comma-separated list."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def flag(self, name: str, default: str) -> bool:
        """Return a yes or no."""
        value = self.text(name, default).lower()
        if value not in ("0", "1", "no", "yes", "false", "true", "off", "on"):
            self.problem(name, "is neither 0 nor 1")
        return value in ("1", "yes", "true", "on")

    def choice(self, name: str, *values: str) -> str:
        """Return one of `values`, the first where it is unset."""
        value = self.text(name, values[0])
        if value not in values:
            self.problem(name, f"is none of {', '.join(values)}")
        return value

    def number(self, name: str, default: int, *, least: int, most: int = 10**9) -> int:
        """Return a whole number in a range."""
        value = self.text(name, str(default))
        if not value.isdecimal() or not least <= int(value) <= most:
            self.problem(name, f"is not a whole number from {least} to {most}")
            return default
        return int(value)

    def url(self, name: str, *, loopback: bool) -> str:
        """Return a URL that may be called, or nothing."""
        value = self.text(name)
        if value and not allowed_url(value, loopback=loopback):
            hint = " (or http:// on this machine)" if loopback else ""
            self.problem(name, f"is not an https:// URL{hint}")
        return value
