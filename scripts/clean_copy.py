"""Copies this repository as a commit of it would hold it: no caches, databases or secrets.

Cookiecutter copies whatever stands in the template's folder, so `make demo`, the lock files and the
tests generate from such a copy, never from the working tree itself.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IGNORED_WITHOUT_GIT = shutil.ignore_patterns(
    ".git", ".venv", "build", "node_modules", "instance", ".env", "__pycache__", ".*_cache"
)


def clean_copy(target: Path) -> Path:
    """Fill the new folder `target` with the files that git tracks or would track; return it."""
    command = ["git", f"--git-dir={ROOT / '.git'}", f"--work-tree={ROOT}", "ls-files", "-coz"]
    try:
        listed = subprocess.run(
            [*command, "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        shutil.copytree(ROOT, target, ignore=IGNORED_WITHOUT_GIT)
        return target
    for name in listed.stdout.split(b"\0"):
        source = ROOT / os.fsdecode(name)
        if source.is_file():
            copy = target / os.fsdecode(name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    return target


def generate(output: Path, *arguments: str) -> None:
    """Generate an app into `output` from a clean copy; nothing is saved in the home folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = clean_copy(folder / "cookiecutter-flask-social-login")
        settings = folder / "settings.yml"
        settings.write_text(json.dumps({"replay_dir": name, "cookiecutters_dir": name}))
        command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
        command += ["--config-file", str(settings), "--output-dir", str(output), *arguments]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    clean_copy(Path(sys.argv[1]))
