"""The promises about size: lines of code, that is without blank lines, comments, docstrings."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.app_server import TEMPLATE

from .code import code_lines
from .one_login import watch

APP = TEMPLATE / "app"
MODULES = {str(path.relative_to(APP)): path for path in sorted(APP.rglob("*.py"))}

# One login of a new person at an OpenID Provider: what a reader follows.
FILES, CROSSINGS, LINES = 22, 73, 826
MODULE = 160
FUNCTION = 25
# Longer for a reason.
LONG_MODULES = {
    "signin/config/settings.py": "every setting in one place, with its meaning",
}
LONG_FUNCTIONS = {
    "__init__.py:create_app": "each part of the app once, in order",
    "signin/oauth/id_token.py:_check_claims": "the specification's list of checks, in its order",
}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function's name and how many lines of code its body has, inner ones aside."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            inner = sum(
                code_lines(path, part.lineno, part.end_lineno or 0)
                for part in node.body
                if isinstance(part, ast.FunctionDef)
            )
            body = node.body[0].lineno
            yield node.name, code_lines(path, body, node.end_lineno or body) - inner


def test_one_login_is_short(sqlite_url: str) -> None:
    """What a reader follows, over everything of `app/` that runs: see `one_login`."""
    seen = watch(sqlite_url)
    assert {"signin/auth/routes.py", "signin/oauth/id_token.py", "home/routes.py"} <= seen.files
    assert len(seen.files) <= FILES, sorted(seen.files)
    assert seen.crossings.total() <= CROSSINGS, seen.crossings
    assert sum(seen.lines.values()) <= LINES, seen.lines


@pytest.mark.parametrize("name", MODULES)
def test_modules_and_functions_are_short(name: str) -> None:
    if name not in LONG_MODULES:
        assert code_lines(MODULES[name]) <= MODULE
    long = {
        f"{name}:{function}": lines
        for function, lines in functions(MODULES[name])
        if lines > FUNCTION and f"{name}:{function}" not in LONG_FUNCTIONS
    }
    assert not long


def test_exceptions_are_needed() -> None:
    assert all(code_lines(MODULES[name]) > MODULE for name in LONG_MODULES)
    for name in LONG_FUNCTIONS:
        module, _, function = name.partition(":")
        assert dict(functions(MODULES[module]))[function] > FUNCTION
