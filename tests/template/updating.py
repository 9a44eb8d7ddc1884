"""What the tests of updates share: git, and what docs/updating.md says to type."""

import re
import subprocess
from pathlib import Path

from clean_copy import ROOT

UPDATING = ROOT / "docs" / "updating.md"
UPSTREAM = "https://github.com/<owner>/cookiecutter-flask-social-login"


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD").strip()


def written(heading: str) -> list[str]:
    """Return the commands of a part of docs/updating.md, block by block."""
    part = UPDATING.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^```console\n(.*?)^```", part, re.DOTALL | re.MULTILINE)
