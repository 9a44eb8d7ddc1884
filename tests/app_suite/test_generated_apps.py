"""Generated apps run their own tests, with nothing installed but what they ask for."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.needs import is_missing

ENVIRONMENTS = Path(__file__).resolve().parents[2] / "build" / "environments"
# As they were before a test changed anything: how packages are to be had may be said in them.
VARIABLES = {name: value for name, value in os.environ.items() if name != "APP_ENV"}
OLDEST = "3.11"
# An answer that is posted, and plain OAuth.  What each other carries and lacks alone is seen
# in tests/template.
KINDS = ("apple", "github")
EVERYTHING = {"providers": "all", "features": "all", "database": "postgresql"}
# On other versions of Python: the suite with all of them takes minutes.
MUCH = EVERYTHING | {"providers": "popular"}
OPTIONS = {"providers": "none", "features": "all", "database": "sqlite"}
NOTHING = {"providers": "none", "features": "none", "database": "sqlite"}
# What no choice of providers changes: tested in the apps with many of them and those with none.
SAME_EVERYWHERE = (
    "oauth",
    "tables",
    "test_accounts.py",
    "test_admission.py",
    "test_db.py",
    "test_sessions.py",
)
# The thousands of cases of the providers, and what names them.  The rest of this suite runs in the
# template's folder (tests/template/test_in_place.py), where everything is in too.
OF_EACH_PROVIDER = ("tests/providers", "tests/test_docs.py", "tests/test_specification.py")
ALONE = [{"providers": name, "features": "none", "database": "sqlite"} for name in KINDS]


def python(version: str) -> str | None:
    """Return a Python of this version, off the path or out of pyenv, if there is one."""
    installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for candidate in (shutil.which(f"python{version}"), *map(str, installed)):
        if candidate and answers(candidate, version):
            return candidate
    return None


def answers(candidate: str, version: str) -> bool:
    """Does this program run, and is it this version?  A shim of pyenv's may be neither."""
    told = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([candidate, "-c", told], capture_output=True, text=True, check=False)
    return done.stdout.strip() == version


PYTHONS = {version: python(version) for version in ("3.11", "3.12", "3.13", "3.14")}


def environment(version: str, requirements: Path) -> Path:
    """Return the Python of a fresh environment with exactly these packages, made once."""
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = ENVIRONMENTS / f"{version}-{wanted}"
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with (ENVIRONMENTS / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            for old in ENVIRONMENTS.glob(f"{version}-*"):
                shutil.rmtree(old)
            run(Path(), [str(PYTHONS[version]), "-m", "venv", "--without-pip", str(folder)])
            command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes"]
            target = ["--python", str(folder / "bin" / "python")]
            run(Path(), [*command, *target, "-r", str(requirements)])
            (folder / "complete").touch()
    return folder / "bin" / "python"


def run(folder: Path, command: list[str], **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**VARIABLES, "PYTHONDONTWRITEBYTECODE": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


NEWER = "3.13" if PYTHONS["3.13"] else OLDEST
RUNS = [(NEWER, OPTIONS)]
MORE_RUNS = [
    (OLDEST, EVERYTHING),
    *((OLDEST, answered) for answered in (NOTHING, *ALONE)),
    *(("3.12", NOTHING), ("3.13", MUCH), ("3.14", MUCH)),
]


@pytest.mark.parametrize(
    ("version", "answered"),
    [*RUNS, *(pytest.param(*run, marks=pytest.mark.proof) for run in MORE_RUNS)],
    ids=lambda value: value if isinstance(value, str) else "+".join(value.values()),
)
def test_own_tests(version: str, answered: dict[str, str], generate: Callable[..., Path]) -> None:
    if not PYTHONS[version]:
        is_missing(f"Python {version}", f"no python{version} on the path", always=version == OLDEST)
    app = generate(**answered)
    everything = app if answered is EVERYTHING else generate(**EVERYTHING)
    settings = tomllib.loads((app / "pyproject.toml").read_text())
    assert settings["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"
    measured = answered in (NOTHING, OPTIONS) and version in (OLDEST, NEWER)
    program = [str(environment(version, everything / "requirements-dev.txt")), "-m"]
    command = [*program, *(["coverage", "run", "-m"] if measured else []), "pytest"]
    assert all((app / "tests" / part).exists() for part in SAME_EVERYWHERE)
    some = [f"--ignore=tests/{part}" for part in SAME_EVERYWHERE if answered in ALONE]
    some += OF_EACH_PROVIDER if answered is EVERYTHING else ()
    assert " passed" in run(app, [*command, "-q", "-p", "no:cacheprovider", *some])
    if measured:
        # The floor holds where there is least: fewest providers and options, fewest tests.
        run(app, [*program, "coverage", "report"])
