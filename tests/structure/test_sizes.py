"""The promises about size: lines of code, that is without blank lines, comments, docstrings."""

import ast
import threading
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from harness.app_server import TEMPLATE, running_app
from harness.browser import Browser
from harness.counting_provider import Person, counting_provider

APP = TEMPLATE / "app"
MODULES = {str(path.relative_to(APP)): path for path in sorted(APP.rglob("*.py"))}

# What a reader follows through one login, and what must not grow unseen.
STEPS = ("routes", "flow", "pending", "identities", "sessions", "next_url")
ONE_LOGIN = 650
WHOLE_APP = 3700
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


def functions_of_one_login(sqlite_url: str) -> set[tuple[str, int]]:
    """Sign somebody in twice; return the module and the line of each function that ran for it."""
    ran: set[tuple[str, int]] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        file = Path(frame.f_code.co_filename)
        if event == "call" and file.is_relative_to(APP):
            ran.add((str(file.relative_to(APP)), frame.f_code.co_firstlineno))

    with (
        counting_provider() as provider,
        running_app(sqlite_url, provider.settings) as app,
    ):
        for _ in range(2):
            browser = Browser(app.url)
            # A thread of its own for each request: a thread is traced from its start or not at all.
            browser.headers["Connection"] = "close"
            token = browser.csrf_token("/login/corp")
            threading.setprofile(note)
            try:
                start = browser.post(
                    f"{app.url}/login/corp", data={"csrf_token": token}, allow_redirects=False
                )
                callback = provider.sign_in(start.headers["Location"], Person(1))
                answer = browser.get(callback, allow_redirects=False)
            finally:
                threading.setprofile(None)
            assert answer.headers["Location"] == "/", answer.headers
    return ran


def test_one_login_is_short(sqlite_url: str) -> None:
    """One login runs through at most so many lines: routes, flow, oauth/, one provider, rows."""
    steps = {f"auth/{name}.py" for name in STEPS}
    ran = functions_of_one_login(sqlite_url)
    lines = {"providers/google.py": code_lines(MODULES["providers/google.py"])}
    for name in sorted({name for name, _ in ran if name in steps or name.startswith("oauth/")}):
        lines[name] = sum(
            code_lines(MODULES[name], first, last)
            for first, last in spans(MODULES[name])
            if (name, first) in ran
        )
    assert {"auth/routes.py", "auth/flow.py", "oauth/id_token.py", "oauth/token.py"} <= set(lines)
    assert sum(lines.values()) <= ONE_LOGIN, lines


def spans(path: Path) -> Iterator[tuple[int, int]]:
    """Yield the first and the last line of each function, its decorators included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield first, node.end_lineno or first


def test_app_does_not_grow_unseen() -> None:
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
