"""Program and module: a .venv that has the packages of this one, so that nothing is fetched."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PACKAGES = sysconfig.get_path("purelib")
PROGRAMS = ("flask", "gunicorn", "pip", "pytest")


def furnish(folder: Path, requirements: str = "") -> None:
    """Make .venv in a folder; with `requirements` it is what `make setup` would have made."""
    place = folder / ".venv"
    command = [sys.executable, "-m", "venv", "--without-pip", str(place)]
    subprocess.run(command, check=True, cwd=folder)
    [site] = place.glob("lib/python*/site-packages")
    (site / "of_the_tests.pth").write_text(f"{PACKAGES}\n")
    for program in PROGRAMS:
        file = place / "bin" / program
        file.write_text(f'#!/bin/sh\nexec "{place}/bin/python" -m {program} "$@"\n')
        file.chmod(0o755)
    if requirements:
        shutil.copy(folder / requirements, place / "installed-requirements.txt")


if __name__ == "__main__":
    furnish(Path(sys.argv[1]))
