"""The template's folder is an app: its own checks pass where it stands, and leave nothing there."""

from pathlib import Path

import pytest
from clean_copy import clean_copy

TEMPLATE = "{{cookiecutter.project_slug}}"
OF_EACH_PROVIDER = ("tests/providers", "tests/test_docs.py", "tests/test_specification.py")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_copy(tmp_path_factory.mktemp("in-place") / "repository") / TEMPLATE


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        # What depends on the providers; tests/app_suite has the rest, in generated apps.
        ("pytest", "-q", "-p", "no:cacheprovider", *OF_EACH_PROVIDER),
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
