"""Notice which conditions of the code were checked during a login.

Every `raise` is a check: its condition is the `if` or `try` around it.  So is every entry of a dict
called `checks`.  While a login is watched, Python reports each line that runs (`sys.settrace`), so
the page shows what the code has done, and an owner's own checks too.  A thread has one tracer:
nothing is noticed while a debugger or a coverage tool is at work.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

from .places import Place, first_of, functions, place_of_node
from .recording import Check, Recording

SIGNIN = Path(__file__).parents[2]
# Modules of `auth` that decide about a login.
DECIDING = ("pending", "admission", "accounts", "renewal", "required", "same_address")
UNCHECKED = "Another tool traces this process (a debugger, or one that measures coverage)."


@dataclass(frozen=True)
class Condition:
    """A check in the source, and what its `raise` has in place of a fixed text."""

    check: Check
    variable: str = ""


@dataclass
class Lines:
    """The conditions of a file, by the line that begins one and by the line that raises."""

    guards: dict[int, list[Condition]] = field(default_factory=dict)
    raises: dict[int, Condition] = field(default_factory=dict)


def start(recording: Recording) -> None:
    """Notice the checks of this thread until `stop`."""
    if sys.gettrace() is not None:
        recording.unchecked = UNCHECKED
        return

    def trace_call(frame: FrameType, _event: str, _arg: Any) -> Any:
        code = frame.f_code
        watched = is_watched(code.co_filename) and has_checks(code.co_filename, code.co_firstlineno)
        return trace_line if watched else None

    def trace_line(frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "line":
            _notice(recording, frame)
        return trace_line

    sys.settrace(trace_call)


def stop(recording: Recording) -> None:
    """Notice no more checks."""
    if not recording.unchecked:
        sys.settrace(None)


@lru_cache(maxsize=1024)
def is_watched(file: str) -> bool:
    """Return whether the code of this file decides about a login."""
    path = Path(file)
    if not path.is_relative_to(SIGNIN):
        return False
    part, *rest = path.relative_to(SIGNIN).parts
    if part == "auth":
        return path.stem in DECIDING
    return part == "providers" or (part == "oauth" and rest[0] != "transport")


@lru_cache(maxsize=4096)
def has_checks(file: str, first_line: int) -> bool:
    """Return whether the function that begins at this line of a file checks anything.

    The others are not followed line by line: one that looks at each letter of a long text has
    millions of lines to report.
    """
    lines = conditions(file)
    lasts = (node.end_lineno or 0 for node in functions(file) if first_of(node) == first_line)
    last = next(lasts, 0)
    return any(first_line <= line <= last for line in (*lines.guards, *lines.raises))


def _notice(recording: Recording, frame: FrameType) -> None:
    lines = conditions(frame.f_code.co_filename)
    step = None
    for condition in lines.guards.get(frame.f_lineno, ()):
        step = step or _step(recording, frame.f_code.co_filename)
        if not any(_same(known, condition.check) for known in step.checks):
            step.checks.append(replace(condition.check))
    if raised := lines.raises.get(frame.f_lineno):
        _fail(recording, raised, str(frame.f_locals.get(raised.variable, "")))


def _step(recording: Recording, file: str) -> Any:
    """Return the step that the code of a file decides about."""
    path = Path(file)
    if path.stem in ("authorization", "pending"):
        return recording.last("callback", "start")
    if path.stem in ("token", "id_token"):
        return recording.last("token answer", "callback")
    if path.parent.name == "auth":
        return recording.note("account", "Find the account")
    if path.stem in ("claims", "flow") or path.parent.name == "providers":
        return recording.last("userinfo answer", "token answer")
    return recording.steps[-1]


def _fail(recording: Recording, raised: Condition, text: str) -> None:
    """Mark the check that raises.  `text` is the refusal, where a variable has it."""
    wanted = raised.check
    for step in recording.steps:
        for check in step.checks:
            in_dict = text and check.refusal == text and check.place.path == wanted.place.path
            if in_dict or (_same(check, wanted) and not text):
                check.passed = False


def _same(one: Check, other: Check) -> bool:
    return (one.place, one.condition) == (other.place, other.condition)


@lru_cache(maxsize=256)
def conditions(file: str) -> Lines:
    """Return the conditions of a file."""
    found, source = Lines(), Path(file).read_text(encoding="utf-8")
    for function in functions(file):
        place = place_of_node(file, function)
        for guard, line, node in _raises(function):
            condition = _condition(source, function, place, guard, node)
            if not condition.variable:
                found.guards.setdefault(line, []).append(condition)
            found.raises[node.lineno] = condition
        for line, check in _of_dict(source, place, function):
            found.guards.setdefault(line, []).append(Condition(check))
    return found


def _raises(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, int, ast.Raise]]:
    """Yield each `raise` of a function, with what it depends on and the line where that begins."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return _inside(function, function, body[0].lineno if body else function.lineno)


def _inside(node: ast.AST, guard: ast.AST, line: int) -> Iterator[tuple[ast.AST, int, ast.Raise]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) and child.exc is not None:
            yield guard, line, child
        elif isinstance(child, ast.If):
            yield from _inside(ast.Module(child.body, []), child.test, child.test.lineno)
            yield from _inside(ast.Module(child.orelse, []), guard, line)
        elif isinstance(child, ast.ExceptHandler) and isinstance(node, ast.Try):
            yield from _inside(child, child, node.body[0].lineno)
        elif not isinstance(child, ast.FunctionDef):
            yield from _inside(child, guard, line)


def _condition(
    source: str, function: ast.FunctionDef, place: Place, guard: ast.AST, node: ast.Raise
) -> Condition:
    """Return the check of a `raise`."""
    text = ""
    if isinstance(guard, ast.expr):
        text = f"if {_one_line(source, guard)}"
    elif isinstance(guard, ast.ExceptHandler) and guard.type:
        text = f"except {ast.unparse(guard.type)}"
    refusal, variable = _refusal(function, node)
    return Condition(Check(place.at(node.lineno), text, refusal), variable)


def _refusal(function: ast.FunctionDef, node: ast.Raise) -> tuple[str, str]:
    """Return the fixed text that is raised, or else the variable that has it."""
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
    # An exception is a class; another call makes one, with a text of its own.
    made = [
        argument for call in calls if ast.unparse(call.func)[0].isupper() for argument in call.args
    ]
    for argument in made[::-1]:
        if text := _text(argument):
            return text, ""
    name = next((argument.id for argument in made if isinstance(argument, ast.Name)), "")
    for assigned in ast.walk(function):
        if isinstance(assigned, ast.Assign) and ast.unparse(assigned.targets[0]) == name:
            return _text(assigned.value), ""
    return "", name


def _text(node: ast.AST) -> str:
    """Return a string of the source, with … for what is filled in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    fixed = [part.value if isinstance(part, ast.Constant) else "…" for part in parts]
    return "".join(map(str, fixed)).rstrip("…: ")


def _of_dict(source: str, place: Place, function: ast.FunctionDef) -> Iterator[tuple[int, Check]]:
    """Yield the entries of a dict called `checks`: what is wrong, and what must hold."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Dict):
            continue
        if ast.unparse(node.targets[0]) != "checks":
            continue
        for key, value in zip(node.value.keys, node.value.values, strict=True):
            if isinstance(key, ast.Constant):
                code = f"unless {_one_line(source, value)}"
                yield value.lineno, Check(place.at(value.lineno), code, str(key.value))


def _one_line(source: str, node: ast.AST) -> str:
    return " ".join((ast.get_source_segment(source, node) or "").split())
