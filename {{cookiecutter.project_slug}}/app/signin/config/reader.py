"""Read the environment, and collect the problems found in it."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from ..oauth.responses import NOT_HTTPS, url_problem

ROOT = Path(__file__).resolve().parents[3]


class ConfigError(Exception):
    """The settings cannot be used.  The message names each problem, and no value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"The settings need attention:{lines}")


class Environment(dict[str, str]):
    """Variables by name; those in `written` come from the owner's `.env` file."""

    written: frozenset[str] = frozenset()


def environment(file: Path = ROOT / ".env") -> Environment:
    """Return the process variables, plus those of a `.env` file that the process does not set.

    `flask run` puts the file's values into the process before it starts the reloader, so a
    reloaded child would see the old values until restarted.  Their names are therefore passed to
    the child in DOTENV_NAMES, and the child reads these from the file again.
    """
    names = os.environ.get("DOTENV_NAMES", "").split(",")
    process = {name: value for name, value in os.environ.items() if name not in names}
    written = {name: value for name, value in dotenv_values(file).items() if value is not None}
    from_file = [name for name, value in written.items() if process.get(name, value) == value]
    os.environ["DOTENV_NAMES"] = ",".join(from_file)
    os.environ.update({name: written[name] for name in from_file})
    merged = Environment({**written, **process})
    merged.written = frozenset(from_file)
    return merged


class Reader:
    """The environment, and the problems found in it.  An empty value counts as unset."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        stripped = {name: value.strip() for name, value in environ.items()}
        self.values = {name: value for name, value in stripped.items() if value}
        self.empty = [name for name, value in stripped.items() if not value]
        self.written = environ.written if isinstance(environ, Environment) else frozenset[str]()
        self.problems: list[str] = []
        # Where URLs may be plain http; `load` sets them before it reads any URL.
        self.loopback = False
        self.http_hosts: frozenset[str] = frozenset()

    def problem(self, name: str, text: str) -> None:
        """Add a problem of a setting."""
        self.problems.append(f"{name} {text}")

    def text(self, name: str, default: str = "") -> str:
        """Return a value, or the default if it is unset."""
        return self.values.get(name, default)

    def words(self, name: str) -> list[str]:
        """Return a comma-separated list."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def flag(self, name: str, default: str) -> bool:
        """Return a boolean."""
        value = self.text(name, default).lower()
        if value not in ("0", "1", "no", "yes", "false", "true", "off", "on"):
            self.problem(name, "must be 0 or 1")
        return value in ("1", "yes", "true", "on")

    def choice(self, name: str, default: str, *others: str) -> str:
        """Return the default or one of the others."""
        value = self.text(name, default)
        valid = dict.fromkeys(filter(None, (default, *others)))
        if value and value not in valid:
            self.problem(name, f"must be one of {', '.join(valid)}")
        return value

    def number(self, name: str, default: int, *, least: int, most: int = 10**9) -> int:
        """Return a whole number in a range."""
        value = self.text(name, str(default))
        if not value.isdecimal() or not least <= int(value) <= most:
            self.problem(name, f"is not a whole number from {least} to {most}")
            return default
        return int(value)

    def url(self, name: str) -> str:
        """Return a URL that may be called, or an empty string."""
        value = self.text(name)
        if not value:
            return ""
        problem = url_problem(value, loopback=self.loopback, http_hosts=self.http_hosts)
        if problem == NOT_HTTPS:
            machine = " (or http:// on this machine)" if self.loopback else ""
            problem = f"is not an https:// URL{machine}"
            if self.text("APP_ENV") == "development" and value.lower().startswith("http://"):
                problem += ", and ALLOW_HTTP_HOSTS does not name its host"
        if problem:
            self.problem(name, problem)
        return value
