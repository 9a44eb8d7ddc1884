"""The break of 30 September 2023 again: Flask-Login 0.6.2 beside Werkzeug 3.

Werkzeug had removed what that Flask-Login imports; for thirty days every fresh install was broken.
"""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from clean_copy import ROOT
from packaging.requirements import Requirement
from packaging.version import Version

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
BROKEN = "0.6.2"


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Flask-Login of then, to be found before the one of now."""
    folder = tmp_path_factory.mktemp("then")
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"]
    package = f"flask-login=={BROKEN}"
    subprocess.run([*command, "--target", str(folder), package], check=True)
    return folder


def suite(*tests: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the app's own tests."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(
        command,
        cwd=TEMPLATE,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_suite_turns_red_at_import(then: Path) -> None:
    assert Version(importlib.metadata.version("werkzeug")) >= Version("3")
    assert suite("tests/test_layers.py").returncode == 0
    done = suite("tests/test_layers.py", PYTHONPATH=str(then))
    assert done.returncode not in (0, 1), "a red test is not enough: nothing must run"
    assert "cannot import name 'url_decode' from 'werkzeug.urls'" in done.stdout + done.stderr


def test_the_lock_keeps_users_safe() -> None:
    """Who installs from the lock gets what was tested, whatever was released since."""
    lock = (TEMPLATE / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", lock, re.MULTILINE))
    assert {"flask", "werkzeug", "flask-login", "jinja2", "itsdangerous", "blinker"} <= set(pins)
    assert Version(pins["flask-login"]) > Version(BROKEN)
    project = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = {found.name: found.specifier for found in map(Requirement, project["dependencies"])}
    assert not bounds["flask-login"].contains(BROKEN)
    # A major version that comes tomorrow is not taken by a fresh lock either.
    assert not bounds["werkzeug"].contains("4.0.0")
    assert not bounds["flask"].contains("4.0.0")
