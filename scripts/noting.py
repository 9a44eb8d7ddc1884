"""What the checks of a copy of the app call, to note the test that they decide something in.

mutants.py copies this file into that app and rewrites its checks; see there.
"""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

NOTES = Path(__file__).with_name("notes")
# Kept, since a test may put another in its place.
ENVIRON = os.environ

T = TypeVar("T")
_seen: set[tuple[str, str]] = set()


def note(mutant: str) -> None:
    """Write down that a check decides something in the test that runs."""
    test = ENVIRON.get("PYTEST_CURRENT_TEST", "")
    if (mutant, test) not in _seen:
        _seen.add((mutant, test))
        NOTES.mkdir(exist_ok=True)
        with (NOTES / str(os.getpid())).open("a") as file:
            file.write(f"{mutant}\t{test}\n")


def noted(mutant: str, decides: bool | None, value: T) -> T:
    """Note a condition that decides something with this value; return the value."""
    if decides is None or bool(value) is decides:
        note(mutant)
    return value


def noted_call(mutant: str, function: Callable[..., T]) -> Callable[..., T]:
    """Note a function whenever it is called."""

    @wraps(function)
    def noting(*arguments: Any, **options: Any) -> T:
        note(mutant)
        return function(*arguments, **options)

    return noting


def noted_decorator(mutant: str, decorator: Callable[..., Any]) -> Callable[..., Any]:
    """Note a function whenever it is called, and whenever its decorator lets it run."""
    return lambda function: noted_call(mutant, decorator(noted_call(mutant, function)))
