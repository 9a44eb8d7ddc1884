"""Makes all lock files again: the generated app's two, with guards, and this repository's own.

Arguments go to `uv pip compile`: --upgrade, or --upgrade-package NAME.  Without any, versions stay.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from itertools import groupby
from pathlib import Path

from clean_copy import ROOT, generate

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
LOCKS = ("requirements.txt", "requirements-dev.txt")
FEATURES = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))["_features"]
# Each answer that brings packages: its guard, and the answer that does without them.
OPTIONS = {
    'cookiecutter.__database == "postgresql"': {"database": "sqlite"},
    **{
        f'"{feature}" in cookiecutter.__features': {
            "features": ",".join(other for other in FEATURES if other != feature)
        }
        for feature in ("live", "metrics")
    },
}
EVERYTHING = {"providers": "all", "features": "all", "database": "postgresql"}
GUARD = "# template: if {}\n"
END = "# template: endif\n"


def locked(folder: Path, slug: str, answers: dict[str, str], *more: str) -> dict[str, str]:
    """The lock files of an app with these answers, made by its own scripts/lock.py."""
    words = [f"{question}={answer}" for question, answer in answers.items()]
    generate(folder, "--accept-hooks", "no", f"project_slug={slug}", *words)
    app = folder / slug
    subprocess.run([sys.executable, "scripts/lock.py", *sys.argv[1:], *more], cwd=app, check=True)
    return {name: (app / name).read_text(encoding="utf-8") for name in LOCKS}


def blocks(lock: str) -> list[tuple[str, str]]:
    """The packages of a lock file: name, and requirement with its hashes."""
    found = re.findall(r"^\S.*\n(?:    .*\n)*", lock, flags=re.MULTILINE)
    return [(block.split("==")[0], block) for block in found]


def guarded(full: str, without: dict[str, str]) -> str:
    """`full` with a guard around each package that one of the locks in `without` does not have."""
    needed = {guard: dict(blocks(lock)) for guard, lock in without.items()}

    def guard_of(block: tuple[str, str]) -> str:
        return next((guard for guard, names in needed.items() if block[0] not in names), "")

    text = ""
    for guard, side_by_side in groupby(blocks(full), guard_of):
        packages = "".join(block for _, block in side_by_side)
        text += f"{GUARD.format(guard)}{packages}{END}" if guard else packages
    return text


def lock_app() -> None:
    """Lock with every option on, then without each, at the same versions; guard the difference."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        full = locked(folder, "full", EVERYTHING)
        same = ("-c", str(folder / "full" / LOCKS[1]))
        without = {
            guard: locked(folder, f"without-{number}", EVERYTHING | answer, *same)
            for number, (guard, answer) in enumerate(OPTIONS.items())
        }
    for lock in LOCKS:
        others = {guard: locks[lock] for guard, locks in without.items()}
        (TEMPLATE / lock).write_text(guarded(full[lock], others), encoding="utf-8")


def lock_template() -> None:
    """Lock what this repository needs: its own tools, and what the app needs, as locked there."""
    app = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *own["dependency-groups"]["dev"],
        *app["dependency-groups"]["dev"],
        *app["project"]["dependencies"],
    ]
    lock_here(wanted, "requirements.txt")
    lock_here(own["dependency-groups"]["docs"], "requirements-docs.txt")


def lock_here(wanted: list[str], name: str) -> None:
    """Lock requirements in a file of this repository; what the app has too, at its versions."""
    command = ["uv", "pip", "compile", "-", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    command += ["-c", str(TEMPLATE / LOCKS[1]), "--output-file", name, *sys.argv[1:]]
    subprocess.run(command, input="\n".join(wanted), text=True, cwd=ROOT, check=True)


if __name__ == "__main__":
    lock_app()
    lock_template()
