"""Three apps of others get sign-in by one command and a few lines, with people in their tables.

The apps in `apps/` are written as tutorials and small companies write them; `edits/` has what their
owner does by hand after `graft.py`, as it says.
"""

import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.app_server import SECRET_KEY
from harness.counting_provider import CountingProvider, Someone, counting_provider
from harness.databases import postgresql_database
from harness.ports import free_port

from .kinds import KINDS

HERE = Path(__file__).parent
PEOPLE = {
    "ada": Someone("ada", "Ada Corp", "ada@corp.example"),
    "new": Someone("new", "Grace New", "new@corp.example"),
    "bob-verified": Someone("bob", "Bob", "Bob@Example.org"),
    "bob-unverified": Someone("eve", "Eve", "bob@example.org", verified=False),
    "nobody-unverified": Someone("mal", "Mal", "nobody@example.org", verified=False),
}
# One call, the mix-in, and at most this many lines more.
MORE_LINES = 15


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'people.db'}"
        return
    request.getfixturevalue("postgresql_server")
    with postgresql_database() as url:
        yield url.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="module")
def provider() -> Iterator[CountingProvider]:
    with counting_provider() as running:
        yield running


@pytest.fixture
def environ(database_url: str, provider: CountingProvider) -> dict[str, str]:
    """The variables of a machine where the app's packages are installed."""
    own = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY, "PYTHONDONTWRITEBYTECODE": "1"}
    return {**os.environ, **provider.settings, **own}


def run(folder: Path, environ: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def walk(folder: Path, environ: dict[str, str], when: str, provider: CountingProvider) -> None:
    """Run walk.py, and be the provider for it."""
    command = [sys.executable, str(HERE / "walk.py"), folder.name, when]
    errors = folder.parent / "walk.txt"
    with errors.open("w") as told:
        with subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        ) as walking:
            assert walking.stdin
            assert walking.stdout
            for line in walking.stdout:
                who, _, location = line.strip().partition(" ")
                if location.startswith("http"):
                    print(provider.sign_in(location, PEOPLE[who]), file=walking.stdin, flush=True)
        assert walking.returncode == 0, errors.read_text()


# Each database, and the apps that differ most; `make proofs` has the others.
FIRST = (("library", "sqlite"), ("shop", "postgresql"))
RUNS = [
    pytest.param(*run, marks=() if run in FIRST else pytest.mark.proof)
    for run in itertools.product(KINDS, ("sqlite", "postgresql"))
]


@pytest.mark.parametrize(("name", "database_url"), RUNS, indirect=["database_url"])
def test_an_app_of_others(
    name: str,
    generate: Callable[..., Path],
    tmp_path: Path,
    environ: dict[str, str],
    provider: CountingProvider,
) -> None:
    app = tmp_path / name
    shutil.copytree(HERE / "apps" / name, app, ignore=shutil.ignore_patterns("__pycache__"))
    python = sys.executable
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "The app"]):
        run(app, environ, "git", *command)
    if (app / "migrations").exists():
        run(app, environ, python, "-m", "flask", "--app", name, "db", "upgrade")
    walk(app, environ, "before", provider)

    donor = generate(providers="github")
    told = run(donor, environ, python, "scripts/graft.py", str(app), "--package", name)
    edit = HERE / "edits" / f"{name}.patch"
    run(app, environ, "git", "apply", str(edit))
    run(app, environ, python, "-m", "flask", "--app", name, "db", "upgrade")
    run(app, environ, python, "-m", "flask", "--app", name, "db", "check")

    walk(app, environ, "after", provider)
    run(app, environ, python, "-m", "flask", "--app", name, "db", "check")
    run(app, environ, python, "-m", "pytest", "-q")
    _the_edits_are_what_it_said(edit.read_text(), told)
    if (app / f"{name}.py").exists():
        _it_starts_as_a_program(app, environ)


def _it_starts_as_a_program(app: Path, environ: dict[str, str]) -> None:
    """Its module is then called __main__, and sign-in imports it by its name."""
    port = free_port()
    command = [sys.executable, f"{app.name}.py"]
    with subprocess.Popen(
        command, cwd=app, env={**environ, "PORT": str(port)}, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr
        told = next(
            (line for line in running.stderr if "Running on" in line or "Error" in line), ""
        )
        running.terminate()
    assert "Running on" in told


def _the_edits_are_what_it_said(edit: str, told: str) -> None:
    """The patch touches each file that was named, no other but tests, and few lines."""
    files = re.findall(r"^\+\+\+ b/(\S+)", edit, re.MULTILINE)
    named = re.findall(r"^\d+\. ([^:\s]+)", told, re.MULTILINE)
    assert {file for file in files if not file.startswith("tests/")} == set(named)
    added = re.findall(r"^\+(?!\+)", edit, re.MULTILINE)
    assert len(added) - 2 <= MORE_LINES
