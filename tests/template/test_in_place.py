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
        # tests/app_suite runs them in generated apps, and the providers' in the one that has all.
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
