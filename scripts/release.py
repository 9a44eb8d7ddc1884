"""Makes a release of the template: version, commit and tag, here; it pushes nothing.

    make release VERSION=0.2.0

It refuses what users could not rely on: a version that is not newer, a working tree with changes,
files that `make check` has not passed with, the lock files among them, and a changelog that does
not say what to do in an app that exists already.  `make check` ends with `release.py --checked`,
which notes what has passed.
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
CHANGELOG, QUESTIONS = ROOT / "CHANGELOG.md", ROOT / "cookiecutter.json"
# The id of the files, as git has it, that `make check` has passed with.
CHECKED = ROOT / "build" / "checked"
TEMPLATE = "{{cookiecutter.project_slug}}"
LOCKS = (
    "requirements.txt",
    "requirements-docs.txt",
    f"{TEMPLATE}/requirements.txt",
    f"{TEMPLATE}/requirements-dev.txt",
    "tests/node/package-lock.json",
    "scripts/marks/package-lock.json",
)
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
# What each section must have, with at least a sentence below it.
WHAT_TO_DO = "### What to do in an app that was already generated"
SENTENCE = 40


def main(arguments: list[str]) -> None:
    """Note that the checks have passed, or release."""
    if arguments == ["--checked"]:
        note_checked()
        return
    if len(arguments) != 1 or not VERSION.fullmatch(arguments[0]):
        refuse("Say which version: make release VERSION=0.2.0")
    [version] = arguments
    check_tree()
    check_version(version)
    section = check_changelog(version)
    check_checked()
    set_version(version, section)
    git("commit", "--quiet", "--all", "--message", f"Release {version}")
    git("tag", "--annotate", "--message", f"Release {version}", f"v{version}")
    print(f"v{version} is committed and tagged here. Look at it: git show v{version}")
    print(f"Then: git push origin HEAD v{version}")


def refuse(reason: str) -> NoReturn:
    """Stop with one line that says what to do."""
    sys.exit(f"No release. {reason}")


def git(*arguments: str) -> str:
    """Run git in this repository; return what it says."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def check_tree() -> None:
    """Refuse a working tree with changes, or files that git does not know."""
    if changed := git("status", "--porcelain"):
        refuse(f"Commit or remove what has changed:\n{changed}")


def check_version(version: str) -> None:
    """Refuse a version that is not newer than each release, and than what the template says."""
    tags = [tag.removeprefix("v") for tag in git("tag", "--list", "v*").splitlines()]
    released = [tag for tag in tags if VERSION.fullmatch(tag)]
    if released and parts(version) <= max(map(parts, released)):
        newest = max(released, key=parts)
        refuse(f"{version} is not newer than {newest}, which is released.")
    says = json.loads(QUESTIONS.read_text(encoding="utf-8"))["__version"]
    if parts(version) < parts(says):
        refuse(f"{version} is older than {says}, which cookiecutter.json says.")


def parts(version: str) -> tuple[int, ...]:
    """Return a version as numbers, to compare."""
    return tuple(map(int, version.split(".")))


def check_changelog(version: str) -> str:
    """Return the heading of the section for this version, which must be the newest one.

    It must say what to do in an app that exists already, also where that is nothing.
    """
    newest = f"\n{CHANGELOG.read_text(encoding='utf-8')}".split("\n## ")[1:2]
    heading, _, section = "".join(newest).partition("\n")
    if heading != f"Unreleased: {version}":
        refuse(f"The first section of CHANGELOG.md is {heading!r}, not 'Unreleased: {version}'.")
    text = section.partition(f"\n{WHAT_TO_DO}\n")[2]
    if len(" ".join(text.split())) < SENTENCE:
        refuse(
            f"CHANGELOG.md does not say under {WHAT_TO_DO!r} what that is, or that it is nothing."
        )
    return heading


def check_checked() -> None:
    """Refuse files, the lock files among them, that the checks have not passed with."""
    checked = CHECKED.read_text(encoding="utf-8") if CHECKED.is_file() else ""
    tree, _, locks = checked.partition("\n")
    if tree and locks != lock_files():
        refuse("The lock files are not those that make check has passed with. Run it.")
    if tree != git("rev-parse", "HEAD^{tree}"):
        refuse("make check has not passed with these files. Run it.")


def note_checked() -> None:
    """Note which files have passed, if they are those of a commit."""
    if not git("status", "--porcelain"):
        CHECKED.parent.mkdir(exist_ok=True)
        tree = git("rev-parse", "HEAD^{tree}")
        CHECKED.write_text(f"{tree}\n{lock_files()}", encoding="utf-8")


def lock_files() -> str:
    """Return the lock files with their ids."""
    return git("ls-tree", "HEAD", "--", *LOCKS)


def set_version(version: str, heading: str) -> None:
    """Write the version, and the day, where they stand."""
    text = QUESTIONS.read_text(encoding="utf-8")
    text = re.sub(r'("__version": )"[^"]*"', rf'\1"{version}"', text)
    QUESTIONS.write_text(text, encoding="utf-8")
    changelog = CHANGELOG.read_text(encoding="utf-8")
    dated = f"{version}, {datetime.now(UTC):%Y-%m-%d}"
    CHANGELOG.write_text(changelog.replace(f"## {heading}\n", f"## {dated}\n", 1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
