"""Makes the app ready to run: .venv, its packages, .env, the database.  `make setup` runs this too.

With --no-database the database is left alone.
"""

import sys
from pathlib import Path

import environment
import make_env

PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Do what is not done yet."""
    environment.make(PROJECT, "requirements-dev.txt")
    make_env.main()
    if "--no-database" not in sys.argv[1:]:
        print("Migrating the database ...", flush=True)
        sys.exit(environment.run(PROJECT, "-m", "flask", "db", "upgrade"))


if __name__ == "__main__":
    main()
