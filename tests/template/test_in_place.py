"""The template's folder is an app: its own checks pass where it stands, and leave nothing there."""

from pathlib import Path

import pytest
from clean_copy import clean_copy

TEMPLATE = "{{cookiecutter.project_slug}}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_copy(tmp_path_factory.mktemp("in-place") / "repository") / TEMPLATE


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        # The thousands of cases of the providers; tests/app_suite has the rest, in generated apps.
        ("pytest", "-q", "-p", "no:cacheprovider", "tests/providers"),
        pytest.param(
            ("pytest", "-q", "-p", "no:cacheprovider", "--ignore=tests/providers"),
            marks=pytest.mark.proof,
        ),
    ],
    ids=" ".join,
)
def test_checks_of_the_app(app: Path, tool, command: tuple[str, ...]):
    before = sorted(app.rglob("*"))
    tool(app, *command)
    assert sorted(app.rglob("*")) == before
