"""Makes requirements.txt and requirements-dev.txt again from pyproject.toml, with uv.

Arguments go to `uv pip compile`: --upgrade, or --upgrade-package NAME.  Without any, versions stay.
"""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.txt": (),
    "requirements-dev.txt": ("--group", "dev", "-c", "requirements.txt"),
}


def main() -> None:
    """Resolve for every platform and Python 3.11 to 3.14 at once, with a hash for every file."""
    for name, more in LOCKS.items():
        command = ["uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal"]
        command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
        command += ["--python-version", "3.11", "--output-file", name, *more, *sys.argv[1:]]
        try:
            subprocess.run(command, cwd=PROJECT, check=True)
        except FileNotFoundError:
            sys.exit("uv is needed for this: install it with `pip install uv`.")


if __name__ == "__main__":
    main()
