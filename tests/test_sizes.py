"""The promises about size: lines of code, that is without blank lines, comments, docstrings."""

import ast
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[1] / "{{cookiecutter.project_slug}}" / "app"
MODULES = {str(path.relative_to(APP)): path for path in sorted(APP.rglob("*.py"))}

STEPS = ("routes", "flow", "pending", "identities", "sessions", "next_url")
ONE_LOGIN = 650
WHOLE_APP = 2000
MODULE = 150
FUNCTION = 25
# Longer for a reason.
LONG_MODULES = {"config/settings.py": "every setting in one place, each a line or two"}
LONG_FUNCTIONS = {
    "__init__.py:create_app": "each part of the app once, in order",
    "config/settings.py:load": "a line a setting",
    "oauth/id_token.py:_check_claims": "the specification's list of checks, in its order",
}

NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(path: Path, first: int = 1, last: int = 10**9) -> int:
    """Count the lines that hold code: not blank, no comment, no docstring."""
    with path.open("rb") as file:
        lines = {
            line
            for token in tokenize.tokenize(file.readline)
            if token.type not in NOT_CODE and token.type != tokenize.ENCODING
            for line in range(token.start[0], token.end[0] + 1)
        }
    for start, end in docstrings(ast.parse(path.read_text())):
        lines -= set(range(start, end + 1))
    return sum(first <= line <= last for line in lines)


def docstrings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            text = node.body[0]
            yield text.lineno, text.end_lineno or text.lineno


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


def test_one_login_is_short() -> None:
    path = [
        *(f"auth/{name}.py" for name in STEPS),
        *(name for name in MODULES if name.startswith("oauth/")),
        "providers/google.py",
    ]
    lines = {name: code_lines(MODULES[name]) for name in path}
    assert sum(lines.values()) <= ONE_LOGIN, lines


def test_app_is_small() -> None:
    lines = {name: code_lines(path) for name, path in MODULES.items()}
    assert sum(lines.values()) <= WHOLE_APP, lines


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
