"""An app that nobody has set up does not start in production, and says what is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness.app_server import TEMPLATE

MISSING = [
    "The settings need attention:",
    "  - SECRET_KEY is missing: run `python scripts/make_env.py`",
    "  - PUBLIC_URL is missing: set it to the URL of the app, such as https://app.example.org",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app, without a `.env`."""
    ignored = shutil.ignore_patterns("__pycache__", ".env", "instance", ".*_cache", "tests")
    folder = tmp_path_factory.mktemp("start") / "project"
    return Path(shutil.copytree(TEMPLATE, folder, ignore=ignored))


@pytest.mark.parametrize(
    ("command", "given"),
    [("gunicorn", {"APP_ENV": "production"}), ("flask run --port=0", {}), ("flask db upgrade", {})],
)
def test_without_settings_it_exits_with_one_line_each(
    command: str, given: dict[str, str], project: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=project,
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8", **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert (done.stdout + done.stderr).splitlines() == MISSING
