"""What the tests of generation share: a look inside a generated app."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


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
