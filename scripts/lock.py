"""Makes all lock files again: the generated app's two, with guards, and this repository's own.

Arguments go to `uv pip compile`: --upgrade, or --upgrade-package NAME.  Without any, versions stay.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from clean_copy import ROOT, generate

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
LOCKS = ("requirements.txt", "requirements-dev.txt")
GUARD = '# template: if cookiecutter.__database == "postgresql"\n'
END = "# template: endif\n"


def locked(folder: Path, database: str, *more: str) -> dict[str, str]:
    """The lock files of an app with this database, made by its own scripts/lock.py."""
    answers = ("providers=all", "features=all", f"database={database}")
    generate(folder, "--accept-hooks", "no", f"project_slug={database}", *answers)
    app = folder / database
    subprocess.run([sys.executable, "scripts/lock.py", *sys.argv[1:], *more], cwd=app, check=True)
    return {name: (app / name).read_text(encoding="utf-8") for name in LOCKS}


def blocks(lock: str) -> list[tuple[str, str]]:
    """The packages of a lock file: name, and requirement with its hashes."""
    found = re.findall(r"^\S.*\n(?:    .*\n)*", lock, flags=re.MULTILINE)
    return [(block.split("==")[0], block) for block in found]


def guarded(full: str, base: str) -> str:
    """`full` with a guard around each package that `base` can do without."""
    needed = dict(blocks(base))
    text = "".join(
        block if name in needed else f"{GUARD}{block}{END}" for name, block in blocks(full)
    )
    return text.replace(END + GUARD, "")


def lock_app() -> None:
    """Lock with every option on, then without, at the same versions; guard the difference."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        full = locked(folder, "postgresql")
        base = locked(folder, "sqlite", "-c", str(folder / "postgresql" / LOCKS[1]))
    for lock in LOCKS:
        (TEMPLATE / lock).write_text(guarded(full[lock], base[lock]), encoding="utf-8")


def lock_template() -> None:
    """Lock what this repository needs: its own tools, and what the app needs, as locked there."""
    app = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *own["dependency-groups"]["dev"],
        *app["dependency-groups"]["dev"],
        *app["project"]["dependencies"],
    ]
    command = ["uv", "pip", "compile", "-", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    command += ["-c", str(TEMPLATE / LOCKS[1]), "--output-file", "requirements.txt", *sys.argv[1:]]
    subprocess.run(command, input="\n".join(wanted), text=True, cwd=ROOT, check=True)


if __name__ == "__main__":
    lock_app()
    lock_template()
