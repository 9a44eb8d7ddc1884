"""`oauth/` and `providers/` alone are a login: no Flask, no database.

The script is the one of docs/architecture.md.  It runs in a folder that holds these two folders and
nothing else, with Flask and SQLAlchemy out of reach.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from harness.app_server import TEMPLATE
from harness.counting_provider import Person, counting_provider

from .dialogue import run

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
BLOCKED = ("flask", "werkzeug", "jinja2", "sqlalchemy", "flask_login", "alembic")


def script() -> str:
    """Return the script of the page."""
    found = re.search(r"<!-- script -->\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert found, "docs/architecture.md shows no script"
    return found[1]


def test_the_script_is_short() -> None:
    assert len([line for line in script().splitlines() if line.strip()]) <= 30


def test_signing_in_from_a_terminal(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    for name in ("oauth", "providers"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(TEMPLATE / "app" / "signin" / name, kit / name, ignore=ignored)
    (tmp_path / "login.py").write_text(script(), encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys\nfor name in {BLOCKED}: sys.modules[name] = None\n", encoding="utf-8"
    )
    with counting_provider() as provider:
        person, settings = Person(7), provider.settings
        client = {
            name: settings[f"OIDC_CORP_{name}"] for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
        }
        out = run(tmp_path, provider, person, "login.py", **client)
    assert f"name='{person.name}'" in out, out


def test_it_needs_no_flask_to_be_imported() -> None:
    """The block works: the whole kit cannot be imported under it."""
    code = f"import sys\nfor n in {BLOCKED}: sys.modules[n] = None\nimport app.signin"
    environ = {**os.environ, "PYTHONPATH": str(TEMPLATE), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "flask" in done.stderr
