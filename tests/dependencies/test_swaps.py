"""docs/swaps: each patch applies to a fresh app, whose tests then pass without the package."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from clean_copy import ROOT

SWAPS = ROOT / "docs" / "swaps"
GONE = {"without-flask-login": "flask_login"}
SOME = ("tests/test_layers.py", "tests/test_sessions.py")


@pytest.mark.parametrize("name", GONE)
def test_an_app_without_it(
    name: str, generate: Callable[..., Path], tool: Callable[..., object], tmp_path: Path
) -> None:
    app, patch = generate(), SWAPS / f"{name}.patch"
    subprocess.run(["git", "apply", str(patch)], cwd=app, check=True)
    for checked in (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",)):
        tool(app, *checked)
    (tmp_path / "gone").mkdir()
    # Found before the installed one.
    (tmp_path / "gone" / f"{GONE[name]}.py").write_text("raise ImportError(__name__)\n")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *SOME],
        cwd=app,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "gone")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_patch_is_tried() -> None:
    page = (SWAPS / "README.md").read_text(encoding="utf-8")
    assert {patch.stem for patch in SWAPS.glob("*.patch")} == set(GONE)
    assert all(f"[{name}.patch]({name}.patch)" in page for name in GONE)
