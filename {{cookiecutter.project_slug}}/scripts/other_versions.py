"""Runs the tests with other versions of the packages than the locked ones, in a folder of its own.

lowest        the oldest that pyproject.toml allows
newest        the newest there are, the upper bounds of pyproject.toml left out
prerelease    those too that are not released yet
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
OPTIONS = {
    "lowest": ["--resolution", "lowest-direct"],
    "newest": [],
    "prerelease": ["--prerelease", "allow"],
}


def requirements(which: str) -> str:
    """Return what pyproject.toml asks for, one a line."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lines = wanted if which == "lowest" else [re.sub(r",<[^;]*", "", line) for line in wanted]
    return "\n".join(lines)


def main(which: str, arguments: list[str]) -> int:
    """Install, say what was installed, test; return the exit code of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        python = Path(folder, "Scripts" if os.name == "nt" else "bin", "python")
        install = ["uv", "pip", "install", "--quiet", "--python", str(python), "-r", "-"]
        freeze = ["uv", "pip", "freeze", "--python", str(python)]
        try:
            subprocess.run(
                [*install, *OPTIONS[which]], input=requirements(which), text=True, check=True
            )
        except FileNotFoundError:
            sys.exit("uv is needed for this: install it with `pip install uv`.")
        subprocess.run(freeze, check=True)
        tests = [str(python), "-B", "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(tests, cwd=PROJECT, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in OPTIONS:
        sys.exit(f"Say which: {', '.join(OPTIONS)}.")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
