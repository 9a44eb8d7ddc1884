"""docs/swaps: each patch applies to a fresh app, whose tests then pass without the package."""

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
    """A package that goes, and what is installed instead."""

    gone: str
    instead: tuple[str, ...] = ()


TRIED = {
    "without-flask-login": Swap(gone="flask_login"),
    "with-flask-sqlalchemy-lite": Swap(
        gone="flask_sqlalchemy",
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
def test_the_patch_applies(name: str, generate: Callable[..., Path]) -> None:
    """With every option, and with none."""
    apply = ["git", "apply", "--check", str(SWAPS / f"{name}.patch")]
    for features in ("all", "none"):
        subprocess.run(apply, cwd=generate(features=features), check=True)


@pytest.mark.proof
@pytest.mark.parametrize("name", TRIED)
def test_an_app_without_it(
    name: str,
    generate: Callable[..., Path],
    tool: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    app, swap = generate(features="all"), TRIED[name]
    subprocess.run(["git", "apply", str(SWAPS / f"{name}.patch")], cwd=app, check=True)
    found = str(packages(swap, tmp_path_factory.mktemp("packages")))
    for checked in (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",)):
        tool(app, *checked, PYTHONPATH=found)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
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
