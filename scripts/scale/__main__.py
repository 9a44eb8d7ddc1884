"""Several processes of the app behind haproxy, with one PostgreSQL and one Redis: `make scale`.

    make scale                    both parts; writes docs/pictures/throughput.svg
    make scale ARGS=throughput    logins a second with 1, 2, 3 and 4 processes
    make scale ARGS=faults        200 people, while servers are killed for two minutes

It starts servers of its own.  `faults` ends with 1 if somebody was in another's account, if
something that was confirmed is lost, or if there were errors while nothing was away.
docs/scale.md says what came out, and what limits it.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from clean_copy import ROOT, generate
from harness.databases import migrate

from . import faults, plot, throughput
from .servers import Postgres, postgres

PARTS = {"throughput", "faults"}


def main(parts: set[str]) -> int:
    """Run the parts; return the exit code."""
    if missing := [name for name in ("haproxy", "redis-server") if not shutil.which(name)]:
        sys.exit(f"This needs {' and '.join(missing)}, such as Debian's packages have them.")
    if unknown := parts - PARTS:
        sys.exit(f"There is no {', '.join(sorted(unknown))}: throughput, faults, or both.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # PostgreSQL runs as somebody else.
        folder.chmod(0o755)
        app = _generated(folder)
        codes = [_part(part, app, folder / part) for part in sorted(parts, reverse=True)]
    return max(codes)


def _part(part: str, app: Path, folder: Path) -> int:
    """Run one part with a database of its own; return the exit code."""
    folder.mkdir()
    with postgres(folder) as database:
        migrate(database.url)
        if part == "faults":
            return _faults(app, folder, database)
        measured = throughput.run(app, folder, database)
        picture = ROOT / "docs/pictures/throughput.svg"
        picture.write_text(plot.drawn(measured, f"{os.cpu_count()} cores for everything"))
        return 0


def _generated(folder: Path) -> Path:
    """Return an app with every option; its settings are given at its start."""
    generate(folder, "project_slug=scaled", "features=all", "database=postgresql")
    (folder / "scaled/.env").unlink()
    return folder / "scaled"


def _faults(app: Path, folder: Path, database: Postgres) -> int:
    found = faults.run(app, folder, database)
    print(json.dumps(found, indent=1))
    broken = found["wrong"] + found["lost"] + found["not answered"]["no reason"]
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(set(sys.argv[1:]) or PARTS))
