"""Add sign-in to a Flask app that exists, from the folder of a generated app.

    python scripts/graft.py ../shop --package shop

Copies `app/signin/` into the package, writes its `host.py`, a migration, settings and packages, and
prints the edits that remain.  All or nothing is written.  See the template's docs/existing-app.md.
"""

import argparse
import contextlib
import difflib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from grafting import by_hand, host_file, needs
from grafting.find_app import MARK
from grafting.plan import Plan, plan
from grafting.problems import Problem

SURVEY = Path(__file__).parent / "grafting" / "survey.py"
PYTHONS = (".venv", "venv", "env")
SURVEY_SECONDS = 60


def main() -> None:
    """Graft, or show what that would do.  Exits with one line if it cannot be done."""
    options = _options()
    root = options.app.resolve()
    try:
        _check_folder(root, dirty=options.dirty or options.dry_run)
        found = survey(root, options)
        todo = plan(found, root, options.folder)
        if options.dry_run:
            _show(todo, root)
        else:
            _write(todo)
    except Problem as error:
        raise SystemExit(f"Nothing was changed. {error}") from None
    _tell(found, todo, root, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Add sign-in to a Flask app that exists.")
    parser.add_argument("app", type=Path, help="the folder of the app's repository")
    parser.add_argument("--package", required=True, help="the app's package or module: shop")
    parser.add_argument("--folder", default="signin", help="the name of the new folder in it")
    parser.add_argument(
        "--python", help="the Python with the app's packages: ../shop/.venv/bin/python"
    )
    parser.add_argument("--flask-app", help="as for the command flask, if needed: wsgi.py")
    parser.add_argument("--db", help="where the database is made, if it is not found: shop.db:db")
    parser.add_argument("--user", help="the class of the users, if it is not clear: User")
    parser.add_argument("--dry-run", action="store_true", help="show the changes, write nothing")
    parser.add_argument(
        "--dirty", action="store_true", help="also with changes that git does not have"
    )
    return parser.parse_args()


def _check_folder(root: Path, *, dirty: bool) -> None:
    """Raise Problem if the app is not there, or if git could not undo the graft."""
    if not root.is_dir():
        raise Problem(f"There is no folder {root}.")
    if dirty:
        return
    status = subprocess.run(
        ["git", "-C", str(root), "status", "--porcelain"],  # noqa: S607 - the owner's own git
        capture_output=True,
        text=True,
    )
    if status.returncode != 0:
        raise Problem(f"{root} is not in a git repository, so nothing could be undone: --dirty")
    if status.stdout.strip():
        raise Problem("The repository has changes that are not committed: commit them, or --dirty")


def survey(root: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return what is known of the app, as its own Python sees it.  Raises Problem."""
    python = options.python or _python(root)
    command = [python, "-B", str(SURVEY), options.package]
    command += [
        f"--{name.replace('_', '-')}={value}"
        for name, value in vars(options).items()
        if name in ("db", "user", "flask_app") and value
    ]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=SURVEY_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"{python} could not look at the app: {error}") from None
    _, mark, answer = done.stdout.rpartition(MARK)
    if not mark:
        raise Problem(f"{python} could not look at the app: {done.stderr.strip()[-500:]}")
    found: dict[str, Any] = json.loads(answer)
    if "problem" in found:
        hint = (
            f" This was {python}: name the one with your app's packages by --python, and set the"
            " variables that your app needs to start."
        )
        raise Problem(found["problem"] + hint * found.get("import", False))
    return found


def _python(root: Path) -> str:
    """Return the Python of the app's virtual environment, or this one."""
    programs = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    there = (root / name / programs for name in PYTHONS)
    return str(next((python for python in there if python.exists()), sys.executable))


def _write(todo: Plan) -> None:
    """Write everything, or put back what was there."""
    before = {file: file.read_bytes() for file in todo.changed if file.exists()}
    made: list[Path] = []
    try:
        for file, content in (todo.added | todo.changed).items():
            for folder in reversed([each for each in file.parents if not each.exists()]):
                folder.mkdir()
                made.append(folder)
            if file not in before:
                made.append(file)
            file.write_bytes(content)
            if file.name == ".env" and file not in before:
                file.chmod(0o600)
    except OSError as error:
        for file, content in before.items():
            file.write_bytes(content)
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise Problem(f"{error.filename} cannot be written: {error.strerror}") from None


def _show(todo: Plan, root: Path) -> None:
    """Print the changes as a diff.  Files that are copied as they are, are only named."""
    for file, content in todo.changed.items():
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        after = content.decode()
        if file.name == ".env":
            before, after = (re.sub(r"(?m)=.+$", "=…", text) for text in (before, after))
        _diff(file.relative_to(root), before, after)
    copied = []
    for file, content in todo.added.items():
        written = file.name in ("host.py", "layout.html") or "migrations" in file.parts
        if written:
            _diff(file.relative_to(root), "", content.decode())
        else:
            copied.append(file.relative_to(root))
    print(f"\n{len(copied)} files are added as they are, from {copied[0]} to {copied[-1]}.")


def _diff(name: Path, before: str, after: str) -> None:
    old = f"a/{name}" if before else "/dev/null"
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), old, f"b/{name}"
    )
    sys.stdout.writelines(lines)


def _tell(found: dict[str, Any], todo: Plan, root: Path, options: argparse.Namespace) -> None:
    """Print what remains to be done."""
    inside = found["package"] if found["is_package"] else found["package"].rpartition(".")[0]
    signin = f"{inside}.{options.folder}" if inside else options.folder
    print(f"\n{'Would add' if options.dry_run else 'Added'} {len(todo.added)} files,", end=" ")
    names = ", ".join(str(file.relative_to(root)) for file in todo.changed) or "nothing"
    print(f"{'would change' if options.dry_run else 'changed'}: {names}.\n")
    print("What remains for you:\n")
    for number, edit in enumerate(by_hand.edits(found, root, signin), 1):
        print(f"{number}. {edit.place}: {edit.what}")
        print("".join(f"       {line}\n" for line in edit.lines))
    for told in (*todo.told, *by_hand.advice(found)):
        print(f"Note: {told}\n")
    page = f"{needs.PUBLIC_URL}{host_file.prefix(found)}/login"
    listed = (root / "requirements.txt").exists()
    packages = "pip install -r requirements.txt" if listed else "install the new packages"
    flask = f"flask --app {options.flask_app}" if options.flask_app else "flask"
    print(f"Then: {packages}, {flask} db upgrade, {flask} run, and open {page}")
    print("flask doctor checks the settings. The template's docs/existing-app.md has the rest.")


if __name__ == "__main__":
    main()
