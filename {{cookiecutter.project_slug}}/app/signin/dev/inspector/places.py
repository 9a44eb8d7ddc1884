"""Where a function stands, and which specification it implements."""

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...config import ROOT

SPEC = re.compile(r"(?:Spec|Source):\s+(.*?)(?:\.\s|\.?$)", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """A function: its file and line, what it does, and its `Spec:` line."""

    path: str
    line: int
    function: str
    does: str = ""
    spec: str = ""

    def at(self, line: int) -> "Place":
        """Return another line of the same function."""
        return Place(self.path, line, self.function, self.does, self.spec)


def place_of(function: Callable[..., Any]) -> Place:
    """Return the place of a function."""
    code = inspect.unwrap(function).__code__
    return place_at(code.co_filename, code.co_firstlineno)


@lru_cache(maxsize=256)
def place_at(file: str, line: int) -> Place:
    """Return the place of a line: the innermost function that has it."""
    holding = [
        node
        for node in functions(file)
        if first_of(node) <= line <= (node.end_lineno or node.lineno)
    ]
    if not holding:
        return Place(_short(file), line, "")
    return place_of_node(file, holding[-1]).at(line)


def place_of_node(file: str, node: ast.FunctionDef) -> Place:
    """Return the place of a function in the syntax tree of a file."""
    text = ast.get_docstring(node) or ""
    spec = SPEC.search(text)
    does, _, _ = " ".join(text.partition("\n\n")[0].split()).partition(". ")
    said = " ".join(spec[1].split()) if spec else ""
    return Place(_short(file), node.lineno, node.name, does.rstrip(".").replace("`", ""), said)


@lru_cache(maxsize=256)
def functions(file: str) -> tuple[ast.FunctionDef, ...]:
    """Return the functions of a file, outer ones first."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def first_of(node: ast.FunctionDef) -> int:
    """Return the first line of a function, decorators included."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _short(file: str) -> str:
    path = Path(file)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
