"""Lines of code: without blank lines, comments and docstrings."""

import ast
import tokenize
from collections.abc import Iterator
from pathlib import Path

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
