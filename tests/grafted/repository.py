"""A repository with the sample app `shop`, to change and to graft."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from harness.app_server import TEMPLATE

HERE = Path(__file__).parent
GRAFT = TEMPLATE / "scripts" / "graft.py"


def shop_in(folder: Path) -> Path:
    """Return a copy of the sample app in a folder, committed."""
    app = folder / "shop"
    shutil.copytree(HERE / "apps" / "shop", app, ignore=shutil.ignore_patterns("__pycache__"))
    commit(app)
    return app


def commit(app: Path) -> None:
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "The app", "--allow-empty"]):
        subprocess.run(["git", *command], cwd=app, check=True)


def graft(app: Path, *more: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(GRAFT), str(app), "--package", "shop", *more]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environ}, check=False
    )


def files(app: Path) -> dict[Path, bytes]:
    found = (path for path in app.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path: path.read_bytes() for path in found if "__pycache__" not in path.parts}


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
