"""What runs in one login: start and callback of a new person at an OpenID Provider.

A profiler hook sees every function of `app/` that is called, in whatever thread.  From that:

files       the files that those functions stand in
crossings   calls that lead from a function of one file into a function of another, each time
lines       the lines of code of those functions, without docstrings, comments and blank lines

The caller of a function is the nearest function of `app/` above it: what Flask, SQLAlchemy and
others do in between is not a reader's business.  Handlers before and after a request count too,
though they stand inside a function that ran when the app started.  The inspector, which only looks
on, does not.  Metadata and keys are cached, as
for every login but the first.

Run as a program, it prints what it saw: `.venv/bin/python tests/structure/one_login.py`.
"""

import ast
import logging
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS.parent))
sys.path.insert(0, str(TESTS))

from harness.app_server import TEMPLATE, running_app
from harness.browser import Browser
from harness.counting_provider import Person, counting_provider
from harness.databases import migrate

from structure.code import code_lines

APP = TEMPLATE / "app"


@dataclass
class OneLogin:
    """The figures, and what they were counted from."""

    calls: list[tuple[CodeType | None, CodeType]]

    @property
    def functions(self) -> set[CodeType]:
        """Return the functions that ran, those inside others too."""
        return {code for _, code in self.calls if code.co_firstlineno in _spans(file_of(code))}

    @property
    def files(self) -> set[str]:
        """Return the files that any function that ran stands in."""
        return {file_of(code) for _, code in self.calls}

    @property
    def crossings(self) -> Counter[tuple[str, str]]:
        """Count the calls from one file into another, by caller and called function."""
        return Counter(
            (name_of(caller), name_of(code))
            for caller, code in self.calls
            if caller is not None and file_of(caller) != file_of(code)
        )

    @property
    def lines(self) -> dict[str, int]:
        """Return the lines of code of the functions that ran, by function, each line once.

        A function inside another that ran is counted with that one.
        """
        ran = {name_of(code) for code in self.functions}
        return {
            name_of(code): code_lines(APP / file, *_spans(file)[code.co_firstlineno])
            for code in self.functions
            if not any(outer in ran for outer in _around(name_of(code)))
            for file in [file_of(code)]
        }


def file_of(code: CodeType) -> str:
    return str(Path(code.co_filename).relative_to(APP))


def name_of(code: CodeType) -> str:
    return f"{file_of(code)}:{code.co_qualname}"


def _around(name: str) -> list[str]:
    """Return the names of the functions around a function."""
    parts = name.split(".<locals>.")
    return [".<locals>.".join(parts[:count]) for count in range(1, len(parts))]


@cache
def _spans(file: str) -> dict[int, tuple[int, int]]:
    """Return first and last line of each function, by its first line, decorators included."""
    spans = {}
    for node in ast.walk(ast.parse((APP / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            spans[first] = first, node.end_lineno or first
    return spans


def counts(frame: FrameType) -> bool:
    """Return whether a function belongs to a login of the app."""
    file = frame.f_code.co_filename
    return file.startswith(f"{APP}/") and not file.startswith(f"{APP}/signin/dev/inspector/")


def watch(sqlite_url: str) -> OneLogin:
    """Sign two new people in, and return what ran for the second."""
    calls: list[tuple[CodeType | None, CodeType]] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event != "call" or not counts(frame):
            return
        caller = frame.f_back
        while caller and not counts(caller):
            caller = caller.f_back
        calls.append((caller.f_code if caller else None, frame.f_code))

    # An app with metrics, of another test in this process, leaves its handler here.
    logging.getLogger("app.audit").handlers.clear()
    with counting_provider() as provider, running_app(sqlite_url, provider.settings) as app:
        for number in (1, 2):
            calls.clear()
            browser = Browser(app.url)
            # A thread for each request: a thread is watched from its start or not at all.
            browser.headers["Connection"] = "close"
            token = browser.csrf_token("/login/corp")
            threading.setprofile(note)
            try:
                form = {"csrf_token": token}
                url = f"{app.url}/login/corp"
                start = browser.post(url, data=form, allow_redirects=False)
                callback = provider.sign_in(start.headers["Location"], Person(number))
                answer = browser.get(callback, allow_redirects=False)
            finally:
                threading.setprofile(None)
            assert answer.headers["Location"] == "/", answer.headers
    return OneLogin(calls)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/app.db"
        migrate(url)
        seen = watch(url)
    for name, lines in sorted(seen.lines.items()):
        print(f"{lines:>4}  {name}")
    for (caller, called), times in sorted(seen.crossings.items()):
        print(f"{times:>4}  {caller} -> {called}")
    print(f"{len(seen.functions)} functions, {sum(seen.lines.values())} lines of code")
    print(f"{len(seen.files)} files, {seen.crossings.total()} calls from one file into another")
