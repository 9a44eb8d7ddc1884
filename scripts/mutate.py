"""Takes one check of the app out at a time and sees that a test of it turns red.

Writes docs/mutations.md.  Arguments: words that the names of the checks to try must contain.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from clean_copy import ROOT

APP = ROOT / "{{cookiecutter.project_slug}}"
TESTS = "tests/protocol/"
LIST = Path(__file__).with_name("mutations.toml")
TABLE = ROOT / "docs" / "mutations.md"
HEAD = """# Do the tests bite?

`make mutate` takes one check out of a copy of the app, runs the tests that are meant for it, and
wants them red. It wrote this table.

| check | in `app/` | test that turned red |
|---|---|---|
"""


@dataclass(frozen=True)
class Mutation:
    """One check, taken out: the text in a file of `app/`, what replaces it, and its test."""

    check: str
    file: str
    old: str
    new: str
    test: str


def run(template: Path, *arguments: str) -> tuple[int, str]:
    """Run tests against a copy of the app; return pytest's exit code and what it wrote."""
    environ = {
        **os.environ,
        "TEMPLATE": str(template),
        "MIGRATED_SQLITE": str(template.parent / "migrated.db"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=no", "-rf"]
    done = subprocess.run(
        [*command, "--color=no", *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def arguments_of(mutation: Mutation) -> list[str]:
    """Return what selects the tests that are meant for a check."""
    file, _, words = mutation.test.partition(" -k ")
    return [TESTS + file, *(["-k", words] if words else [])]


def turned_red(mutation: Mutation, template: Path) -> str | None:
    """Take a check out, run its tests, put it back; return the test that turned red."""
    file = template / "app" / mutation.file
    text = file.read_text()
    if text.count(mutation.old) != 1:
        print(f"{mutation.file} holds this {text.count(mutation.old)} times: {mutation.old}")
        return None
    file.write_text(text.replace(mutation.old, mutation.new))
    try:
        code, output = run(template, "-x", *arguments_of(mutation))
    finally:
        file.write_text(text)
    found = re.search(r"^FAILED \S*?protocol/(.*?)(?: - .*)?$", output, re.M)
    if code != 1 or found is None:
        print(output[-3000:])
        return None
    return found[1]


def all_green(mutations: list[Mutation], template: Path) -> bool:
    """Run the tests before anything is taken out."""
    words: dict[str, set[str]] = {}
    for mutation in mutations:
        file, *selection = arguments_of(mutation)
        words.setdefault(file, set()).add(f"({selection[1]})" if selection else "test")
    for file, chosen in words.items():
        code, output = run(template, "-x", file, "-k", " or ".join(sorted(chosen)))
        if code != 0:
            print(output[-3000:])
            print("The tests must be green before anything is taken out.")
            return False
    return True


def main() -> int:
    """Try the mutations; return 0 when every one was noticed."""
    words = sys.argv[1:]
    listed = [Mutation(**fields) for fields in tomllib.loads(LIST.read_text())["mutation"]]
    chosen = [m for m in listed if not words or any(word in m.check for word in words)]
    lines, unnoticed = [], []
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "app"
        shutil.copytree(APP, template, ignore=shutil.ignore_patterns("instance", "tests", ".*"))
        if not all_green(chosen, template):
            return 1
        for mutation in chosen:
            began = time.monotonic()
            red = turned_red(mutation, template)
            print(f"{time.monotonic() - began:5.1f} s  {mutation.check}: {red or 'NOT NOTICED'}")
            sys.stdout.flush()
            if red is None:
                unnoticed.append(mutation.check)
            lines.append(f"| {mutation.check} | `{mutation.file}` | `{red}` |\n")
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} noticed", *unnoticed, sep="\n  ")
    if not unnoticed and not words:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(HEAD + "".join(lines))
    return 1 if unnoticed else 0


if __name__ == "__main__":
    raise SystemExit(main())
