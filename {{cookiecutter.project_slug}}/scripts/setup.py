"""Makes the app ready to run: .venv, its packages, .env, the database.  `make setup` runs this too.

Quick when there is nothing to do: packages are installed again when requirements-dev.txt changes.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

import make_env

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REQUIREMENTS = PROJECT / "requirements-dev.txt"
INSTALLED = VENV / "installed-requirements.txt"


def run(*arguments: str) -> None:
    """Run the environment's Python in the project's folder; stop with its exit code if it fails."""
    done = subprocess.run([PYTHON, *arguments], cwd=PROJECT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main() -> None:
    """Do what is not done yet."""
    if not (3, 11) <= sys.version_info[:2] < (3, 15):
        sys.exit(f"This app needs Python 3.11 to 3.14; this is {sys.version.split()[0]}.")
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not INSTALLED.exists():
        print("Making .venv ...", flush=True)
        venv.create(VENV, with_pip=True)
    if not INSTALLED.exists() or INSTALLED.read_text(encoding="utf-8") != wanted:
        print("Installing requirements-dev.txt (about a minute) ...", flush=True)
        run("-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(REQUIREMENTS))
        INSTALLED.write_text(wanted, encoding="utf-8")
    make_env.main()
    print("Migrating the database ...", flush=True)
    run("-m", "flask", "db", "upgrade")


if __name__ == "__main__":
    main()
