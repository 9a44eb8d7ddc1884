"""What the tests of generation share: a look inside a generated app."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .updating import UPSTREAM


@pytest.fixture
def inside() -> Callable[..., Any]:
    """Run lines of Python in an app's folder; return what the last one, an expression, says."""

    def run(app: Path, *lines: str) -> Any:
        *before, expression = lines
        code = "\n".join(["import json", *before, f"print(json.dumps({expression}))"])
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=app,
            env={**os.environ, "APP_ENV": "development"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def type_in(repository: Path, tmp_path: Path) -> Callable[..., str]:
    """Run what the page says, as it stands there, and answer each question with Enter.

    `uvx` runs the locked cruft, `make` does nothing, and GitHub is a folder of this machine.
    """
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "uvx").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m "$@"\n')
    (programs / "make").write_text("#!/bin/sh\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    upstream = UPSTREAM.replace("<owner>", "somebody")
    environ = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": upstream,
    }

    def run(folder: Path, commands: str, typed: str = "\n" * 20) -> str:
        done = subprocess.run(
            ["bash", "-ec", commands.replace("<owner>", "somebody")],
            cwd=folder,
            env=environ,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run
