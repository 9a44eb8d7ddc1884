"""The checks of `flask doctor` on the `.env` file itself."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from dotenv.parser import Binding

from ...config import ROOT, ConfigError, Settings, env_file
from ...config.settings import ROWS
from .findings import Finding

EXAMPLE = ".env.example"
# What other tools read beside `.env`.
NOT_READ = (".env.local", ".env.development", ".env.production")
VARIABLE = re.compile(r"\$\{([^}:]+)\}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LITERALLY = "put the value in single quotes"


def checks(settings: Settings) -> Iterator[Finding]:
    """Yield what may be wrong with the file.  Without one, everything is in the environment."""
    yield from _example(ROOT / EXAMPLE)
    yield from _of_other_tools()
    file = ROOT / ".env"
    if not file.exists():
        return
    bindings = [one for one in env_file.bindings(file) if one.key and one.value is not None]
    values, _ = env_file.read(file)
    problems = [*_access(file, settings), *_repeated(bindings), *_changed(bindings, values)]
    problems += _overruled(settings, values)
    yield from problems or [Finding("ok", ".env")]


def _access(file: Path, settings: Settings) -> Iterator[Finding]:
    if os.name == "posix" and not settings.development and file.stat().st_mode & 0o004:
        yield Finding("warn", ".env", "every user of this machine can read it", "chmod 600 .env")
    git = shutil.which("git")
    if git is None:
        return
    tracked = _git(git, file, "ls-files", "--error-unmatch")
    if tracked == 0:
        do = "git rm --cached .env, and replace each secret in it"
        yield Finding("FAIL", ".env", "it is in git, with its secrets", do)
    elif tracked == 1 and _git(git, file, "check-ignore", "-q") == 1:
        yield Finding("warn", ".env", "git does not ignore it", "add .env to .gitignore")


def _example(file: Path) -> Iterator[Finding]:
    """Yield the credentials in the file that `.env` is made of, which belongs into git."""
    try:
        values, _ = env_file.read(file)
    except ConfigError:
        return
    for name in values:
        if values[name] and ("SECRET" in name or name.endswith("CLIENT_ID")):
            problem = f"{name} has a value there, which is not read, and goes into git"
            yield Finding("warn", EXAMPLE, problem, "move it to .env")


def _of_other_tools() -> Iterator[Finding]:
    """Yield the files beside `.env` that nothing here reads."""
    for name in NOT_READ:
        if (ROOT / name).exists():
            yield Finding("warn", name, "it is not read", "move its lines to .env")


def _git(git: str, file: Path, *command: str) -> int:
    """Return git's exit code: 0 for yes, 1 for no; others mean that it cannot tell."""
    done = subprocess.run(  # noqa: S603 - no shell; the path is not from outside
        [git, *command, file.name], cwd=file.parent, capture_output=True, check=False
    )
    return done.returncode


def _repeated(bindings: list[Binding]) -> Iterator[Finding]:
    """Yield names with several values.  An empty line of the template before it is none."""
    for name in dict.fromkeys(one.key for one in bindings):
        values = [one.value for one in bindings if one.key == name]
        if any(value not in ("", values[-1]) for value in values):
            counts = "the last one counts" if values[-1] else "the last one, which is empty, counts"
            yield Finding("warn", ".env", f"{name} has two values, of which {counts}", "remove one")


def _changed(bindings: list[Binding], values: dict[str, str]) -> Iterator[Finding]:
    """Yield values that are not what the line says: cut at a #, or with a variable put in."""
    for binding in bindings:
        name, written = binding.key or "", binding.original.string.partition("=")[2].strip()
        undefined = [one for one in VARIABLE.findall(written) if not _known(one, values)]
        if written.startswith("'"):
            continue
        if not written.startswith('"') and re.search(r"\s#\S", written):
            yield Finding("warn", ".env", f"{name} is cut at the #", LITERALLY)
        elif undefined:
            problem = f"{name} names ${{{undefined[0]}}}, which is not set: it becomes empty"
            yield Finding("warn", ".env", problem, LITERALLY)
        elif "SECRET" in name and VARIABLE.search(written):
            yield Finding("warn", ".env", f"{name} has ${{…}}, which is replaced", LITERALLY)
        elif CONTROL.search(binding.value or "") and not name.endswith("PRIVATE_KEY"):
            problem = f"{name} has a line break or another control character"
            yield Finding("warn", ".env", problem, LITERALLY)


def _known(name: str, values: dict[str, str]) -> bool:
    return bool(os.environ.get(name) or values.get(name))


def _overruled(settings: Settings, values: dict[str, str]) -> Iterator[Finding]:
    """Yield settings that the environment sets to something else than the file."""
    ours = {row.name.upper() for row in ROWS}
    prefixes = tuple(one.setting("") for one in settings.known_providers().values())
    for name, value in values.items():
        in_process = os.environ.get(name, value)
        if (name in ours or name.startswith(prefixes)) and value and in_process != value:
            problem = f"{name} has another value in the environment, which counts"
            yield Finding("warn", ".env", problem, f"unset {name} there, or remove it here")
