"""Read the environment, and collect the problems found in it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from ..oauth.responses import NOT_HTTPS, url_problem
from . import env_file

# The folder around the package that `signin/` is in, or around `signin/` if that is no package.
PACKAGE = Path(__file__).resolve().parents[2]
ROOT = PACKAGE.parent if (PACKAGE / "__init__.py").exists() else PACKAGE
# What Kubernetes and Docker set for a service with a provider's name; nobody wrote these.
SERVICE_LINK = re.compile(
    r"\w+_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)=.*|\w+_PORT=(tcp|udp)://.*"
)
# Characters that a page or a messenger puts into what is copied; nobody sees them.
INVISIBLE = "\u00a0\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff"
ENDS = re.compile(rf"^[\s{INVISIBLE}]+|[\s{INVISIBLE}]+\Z")


class Environment(dict[str, str]):
    """Variables by name.

    Those in `written` come from the owner's `.env` file; `broken` describes its unreadable lines.
    Those in `of_app` are the configuration of an app that had it before sign-in came.
    """

    written: frozenset[str] = frozenset()
    broken: tuple[str, ...] = ()
    of_app: frozenset[str] = frozenset()

    def take(self, name: str, value: str) -> None:
        """Use the app's own value of a setting, whatever the environment says."""
        self[name] = value
        self.pop(f"{name}_FILE", None)
        self.of_app |= {name}


def environment(file: Path = ROOT / ".env") -> Environment:
    """Return the process variables, plus those of a `.env` file that the process does not set.

    `flask run` puts the file's values into the process before it starts the reloader, so a
    reloaded child would see the old values until restarted.  Their names are therefore passed to
    the child in DOTENV_NAMES, and the child reads these from the file again.
    Raises ConfigError if the file is not text in UTF-8.
    """
    names = os.environ.get("DOTENV_NAMES", "").split(",")
    process = {name: value for name, value in os.environ.items() if name not in names}
    written, broken = env_file.read(file)
    from_file = [name for name, value in written.items() if process.get(name, value) == value]
    os.environ["DOTENV_NAMES"] = ",".join(from_file)
    os.environ.update({name: written[name] for name in from_file})
    merged = Environment({**written, **process})
    merged.written, merged.broken = frozenset(from_file), tuple(broken)
    return merged


class Reader:
    """The environment, and the problems found in it.  An empty value counts as unset.

    Spaces and invisible characters at the ends of a value are left out.

    `problems` stop the app.  `incomplete` does so in production only.  `notices` are only reported.
    `asked` has each name that was read.  `written` has the names that the owner wrote: those of
    `.env`, or all if `environ` is not from `environment()`.  For `of_app` see `Environment`.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        stripped = {
            name: ENDS.sub("", value)
            for name, value in environ.items()
            if not SERVICE_LINK.fullmatch(f"{name}={value}")
        }
        self.values = {name: value for name, value in stripped.items() if value}
        self.empty = [name for name, value in stripped.items() if not value]
        from_file = environ if isinstance(environ, Environment) else None
        self.written = frozenset(environ) if from_file is None else from_file.written
        self.of_app = from_file.of_app if from_file else frozenset()
        self.development = self.values.get("APP_ENV") == "development"
        self.asked: set[str] = set()
        self.problems: list[str] = []
        self.incomplete: list[str] = list(from_file.broken) if from_file else []
        self.notices: list[str] = []
        # Where URLs may be plain http; `load` sets them before it reads any URL.
        self.loopback = False
        self.http_hosts: frozenset[str] = frozenset()

    def problem(self, name: str, text: str) -> None:
        """Add a problem of a setting."""
        self.problems.append(f"{name} {text}")

    def missing(self, name: str, label: str) -> None:
        """Add a problem that development can run on with: a provider is not set up completely."""
        self.incomplete.append(f"{name} is missing for {label}")

    def notice(self, name: str, text: str) -> None:
        """Add something that the owner should know."""
        self.notices.append(f"{name} {text}")

    def read_file(self, name: str) -> None:
        """Take a secret from the file that `<NAME>_FILE` names, if it is set."""
        variable = f"{name}_FILE"
        self.asked.add(variable)
        path = self.values.pop(variable, "")
        if not path:
            return
        if name in self.values:
            self.problem(name, f"and {variable} are both set: remove one of them")
            return
        try:
            self.values[name] = ENDS.sub("", Path(path).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError):
            self.problem(variable, "names a file that cannot be read as UTF-8 text")
            return
        if not self.values[name]:
            self.problem(variable, "names an empty file")

    def text(self, name: str, default: str = "") -> str:
        """Return a value, or the default if it is unset."""
        self.asked.add(name)
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
        if not re.fullmatch(r"\d{1,10}", value) or not least <= int(value) <= most:
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
            if self.development and value.lower().startswith("http://"):
                problem += ", and ALLOW_HTTP_HOSTS does not name its host"
        if problem:
            self.problem(name, problem)
        return value
