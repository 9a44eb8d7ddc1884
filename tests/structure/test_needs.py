"""A machine that lacks something: the summary names it, and only CI takes it for a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from clean_copy import ROOT

pytestmark = pytest.mark.proof

BROWSER = "tests/browser/test_practice_provider.py"
NODE = "tests/interop/test_github_and_google.py"


def pytest_here(path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run tests on a machine with this path only."""
    environ = {name: value for name, value in os.environ.items() if name != "CI"}
    environ = {name: value for name, value in environ.items() if "PYTEST_XDIST" not in name}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**environ, "PATH": str(path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("test", "what"),
    [
        (f"{BROWSER}::test_denied", "Chromium"),
        (NODE, "Node.js"),
        (
            "tests/account/test_last_admin.py::test_one_administrator_is_left[postgresql-actions0]",
            "PostgreSQL",
        ),
        ("tests/protocol/test_limits.py::test_cc_09_and_10_one_limit_over_two_processes", "Redis"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, test: str, what: str) -> None:
    missing = {"TEST_REDIS": "redis://127.0.0.1:2/0"}
    if what == "PostgreSQL":
        missing["TEST_POSTGRESQL"] = "postgresql://postgres@127.0.0.1:2"
    done = pytest_here(tmp_path, test, **missing)
    *_, why, _total = done.stdout.splitlines()
    assert why.startswith("Not run: "), done.stdout
    assert f"need {what}." in why or f"needs {what}." in why
    assert f"needs {what} (" in done.stdout
    assert done.returncode == 0
    assert pytest_here(tmp_path, test, CI="true", **missing).returncode == 1
