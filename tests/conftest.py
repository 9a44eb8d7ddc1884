"""What the template's tests share: a clean copy of the template, a home folder, and `generate`."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clean_copy import clean_copy
from cookiecutter.main import cookiecutter
from harness.needs import closing_line

# Fixtures of the tests that run the app, and of those that open a browser.
pytest.register_assert_rewrite("harness.walk")
pytest_plugins = ["harness.fixtures", "harness.chromium"]

Generate = Callable[..., Path]
LONGEST = Path(__file__).parent / "template"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no process waits for another in the end."""
    items.sort(key=lambda item: not item.path.is_relative_to(LONGEST))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say last of all how many tests were not run and why."""
    yield
    if line := closing_line(terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean copy of this repository; for reading and generating only."""
    return clean_copy(tmp_path_factory.mktemp("template") / "cookiecutter-flask-social-login")


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home folder: no setting of the developer's counts, no replay file is left behind."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".cookiecutterrc").write_text(
        f"replay_dir: '{folder / 'replay'}'\ncookiecutters_dir: '{folder / 'cookiecutters'}'\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv("USERPROFILE", str(folder))
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        # Of an app that somebody works on in the same shell; its database is not ours to migrate.
        for setting in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "FLASK_APP", "FLASK_DEBUG"):
            patch.delenv(setting, raising=False)
        for person in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{person}_NAME", "Test")
            patch.setenv(f"GIT_{person}_EMAIL", "test@example.com")
        yield folder


@pytest.fixture
def generate(template: Path, home: Path, tmp_path: Path) -> Generate:
    """Generate an app with these answers, each in an output folder of its own."""
    output = (tmp_path / f"out-{number}" for number in range(1, 1000))

    def run(source: Path = template, **answers: object) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            # Each template has a module of this name, and this process knows one already.
            patch.delitem(sys.modules, "local_extensions", raising=False)
            patch.syspath_prepend(str(source))
            made = cookiecutter(
                str(source),
                no_input=True,
                config_file=str(home / ".cookiecutterrc"),
                extra_context=answers,
                output_dir=str(next(output)),
            )
        return Path(made)

    return run


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess]:
    """Run a Python tool in a folder, with its caches elsewhere; a failing one fails the test.

    What is `typed` is its input.
    """
    caches = tmp_path_factory.mktemp("caches")

    def run(
        folder: Path, *command: str, typed: str = "", **variables: str
    ) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder,
            capture_output=True,
            text=True,
            input=typed,
            env={
                **os.environ,
                "RUFF_CACHE_DIR": str(caches / "ruff"),
                "MYPY_CACHE_DIR": str(caches / "mypy"),
                **variables,
            },
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done

    return run
