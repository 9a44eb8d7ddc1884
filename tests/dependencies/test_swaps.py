"""docs/swaps: each patch applies to a fresh app, whose tests then pass without the package.

Here runs what exercises the place of the package; `make swaps` runs the whole suite of each app.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from clean_copy import ROOT

SWAPS = ROOT / "docs" / "swaps"


@dataclass(frozen=True)
class Swap:
    """A package that goes, what is installed instead, and the tests of what it did."""

    gone: str
    tests: tuple[str, ...]
    instead: tuple[str, ...] = ()


TRIED = {
    "without-flask-login": Swap(
        gone="flask_login",
        tests=("tests/test_layers.py", "tests/test_sessions.py"),
    ),
    "with-flask-sqlalchemy-lite": Swap(
        gone="flask_sqlalchemy",
        tests=("tests/test_layers.py", "tests/test_db.py", "tests/test_sessions.py"),
        instead=("flask-sqlalchemy-lite==0.2.1", "asgiref==3.13.0"),
    ),
}


def packages(swap: Swap, folder: Path) -> Path:
    """Return a folder, found before what is installed: the package in it fails to import."""
    (folder / f"{swap.gone}.py").write_text("raise ImportError(__name__)\n")
    if swap.instead:
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--target", str(folder), *swap.instead], check=True)
    return folder


@pytest.mark.parametrize("name", TRIED)
def test_an_app_without_it(
    name: str,
    generate: Callable[..., Path],
    tool: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """With every option, and with none: there the patch has to apply."""
    app, swap = generate(features="all"), TRIED[name]
    apply = ["git", "apply", str(SWAPS / f"{name}.patch")]
    subprocess.run([*apply, "--check"], cwd=generate(), check=True)
    subprocess.run(apply, cwd=app, check=True)
    found = str(packages(swap, tmp_path_factory.mktemp("packages")))
    for checked in (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",)):
        tool(app, *checked, PYTHONPATH=found)
    some = () if os.environ.get("WHOLE_SUITE") else swap.tests
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *some],
        cwd=app,
        env={**os.environ, "PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_patch_is_tried() -> None:
    page = (SWAPS / "README.md").read_text(encoding="utf-8")
    assert {patch.stem for patch in SWAPS.glob("*.patch")} == set(TRIED)
    assert all(f"[{name}.patch]({name}.patch)" in page for name in TRIED)
