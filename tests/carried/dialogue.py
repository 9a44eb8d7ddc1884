"""Run a program that prints where to sign in, and reads where the browser ends."""

import os
import re
import subprocess
import sys
from pathlib import Path

from harness.counting_provider import CountingProvider, Person


def run(folder: Path, provider: CountingProvider, person: Person, *command: str, **env: str) -> str:
    """Run Python in a folder, sign in at the provider for it, and return what it printed then."""
    running = subprocess.Popen(
        [sys.executable, "-u", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdin
    assert running.stdout
    url = re.search(r"http\S+", running.stdout.readline())
    assert url, running.communicate(timeout=30)
    out, errors = running.communicate(provider.sign_in(url[0], person) + "\n", timeout=30)
    assert running.returncode == 0, errors
    return out
