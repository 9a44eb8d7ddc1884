"""Makes .venv in a folder and installs locked packages in it.  Quick when there is nothing to do.

The packages are installed again when the requirements file changes.  A .venv that somebody else
made is used if it works.  One that does not is made anew.
"""

from __future__ import annotations  # so that an old Python can say that it is too old

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

# These would break .venv, or make pip install something else or somewhere else.  The other settings
# of pip, such as a mirror, are kept.
IGNORED = {
    *("PYTHONHOME", "PYTHONPATH", "PIP_CONSTRAINT", "PIP_DRY_RUN", "PIP_PREFIX", "PIP_PYTHON"),
    *("PIP_REQUIREMENT", "PIP_ROOT", "PIP_TARGET", "PIP_USER"),
}
OLDEST, TOO_NEW = (3, 11), (3, 15)
TEST = f"import sys, pip; sys.exit(not {OLDEST} <= sys.version_info[:2] < {TOO_NEW})"
NO_PIP = (
    "This Python cannot make .venv, since its module ensurepip is missing. On Debian and Ubuntu:\n"
    "  sudo apt install python3-venv   (or python{}.{}-venv)\n"
    "Then run this again."
)


def make(folder: Path, requirements: str) -> None:
    """Make `.venv` in `folder` with the packages of a requirements file, where this is not done.

    Exits with a message if it cannot be done.
    """
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        sys.exit(f"Python 3.11 to 3.14 is needed. This is {sys.version.split()[0]}.")
    place = folder / ".venv"
    wanted = (folder / requirements).read_text(encoding="utf-8")
    installed = place / "installed-requirements.txt"
    if not _works(place):
        _create(place)
    if installed.exists() and installed.read_text(encoding="utf-8") == wanted:
        return
    print(f"Installing {requirements} (a minute or two) ...", flush=True)
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-user")
    status = run(folder, *pip, "--require-hashes", "-r", requirements)
    if status:
        sys.exit(status)
    installed.write_text(wanted, encoding="utf-8")


def run(folder: Path, *arguments: str) -> int:
    """Run the Python of `.venv` in its folder.  Return the exit code."""
    return subprocess.run(
        [_python(folder / ".venv"), *arguments], cwd=folder, env=_environ(), check=False
    ).returncode


def _python(place: Path) -> Path:
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.upper() not in IGNORED}


def _works(place: Path) -> bool:
    """Return whether this .venv has a supported Python and pip, and was made in this place.

    In a folder that was renamed or copied, its programs still call the Python of the old place.
    """
    try:
        made = (place / "pyvenv.cfg").read_text(encoding="utf-8")
        at = re.search(r"^command = .* -m venv (?:--\S+ )*(.+)$", made, re.MULTILINE)
        if at and Path(at[1]).resolve() != place.resolve():
            return False
        test = [_python(place), "-c", TEST]
        return not subprocess.run(test, env=_environ(), capture_output=True, check=False).returncode
    except (OSError, ValueError):
        return False


def _create(place: Path) -> None:
    print("Making .venv ...", flush=True)
    try:
        venv.create(place, clear=True, symlinks=os.name != "nt", with_pip=True)
    except subprocess.CalledProcessError:
        sys.exit(NO_PIP.format(*sys.version_info))
    except (OSError, ValueError) as error:
        sys.exit(f".venv cannot be made: {error}\nRemove {place}, then run this again.")


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve(), sys.argv[2])
