"""Writes what compose.yaml needs into the folder `production`: settings, and fresh secrets.

    python3 scripts/make_production.py app.example.org

What exists is left alone, so it can be run again.
"""

import os
import re
import secrets
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "production"
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,253}}\Z)({LABEL}\.)*{LABEL}")
SETTINGS = """\
# Settings of production, beside those in compose.yaml: any of .env.example, without quotes.
PUBLIC_URL=https://{host}
# OIDC_COMPANY_ISSUER=
# OIDC_COMPANY_CLIENT_ID=
# OIDC_COMPANY_CLIENT_SECRET=
"""


def main() -> None:
    """Write the files that are missing, and say what to do next."""
    host = sys.argv[1] if len(sys.argv) == 2 else ""
    if not HOST.fullmatch(host):
        sys.exit(
            "Name the host that people use, without https:// and in small letters:\n"
            "  python3 scripts/make_production.py app.example.org"
        )
    # Others on this machine cannot enter the folder.
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    made = [name for name, text in files(host).items() if write(FOLDER / name, text)]
    print(f"Made {', '.join(made)} in production/." if made else "Everything was there already.")
    print("Add the client IDs of your providers to production/app.env, with these callback URLs:")
    print(f"  https://{host}/callback/<provider>")
    print("Then: docker compose up --build --detach")


def files(host: str) -> dict[str, str]:
    """Return the text of each file that compose.yaml names."""
    password = secrets.token_urlsafe(32)
    existing = FOLDER / "database_password"
    if existing.exists():
        password = existing.read_text(encoding="utf-8")
    known = {
        "app.env": SETTINGS.format(host=host),
        "proxy.env": f"PUBLIC_URL=https://{host}\n",
        "secret_key": secrets.token_urlsafe(48),
        "database_password": password,
        "database_url": f"postgresql://app:{password}@database/app",
    }
    compose = (PROJECT / "compose.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"\bproduction/([\w.]+)", compose))
    return {name: text for name, text in known.items() if name in named}


def write(file: Path, text: str) -> bool:
    """Write a file, unless it is there.  Return whether it was written.

    A container's user, another than yours, must be able to read it: the folder keeps others out.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as opened:
        opened.write(text)
    file.chmod(0o644)
    return True


if __name__ == "__main__":
    main()
