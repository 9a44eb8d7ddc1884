"""Writes docs/specification.md: which function implements which section of a specification.

The sections are those of the `Spec: …` lines of docstrings.  A test fails when the page is stale.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "specification.md"
# What every app has, whatever its options.
FOLDERS = ("signin/", "web/")
# The practice provider is the other side; a provider's module names the provider's own pages.
LEFT_OUT = ("signin/dev/", "signin/providers/")
HEAD = """# Specification

Which function implements which section. Made by `python scripts/specification.py` from the `Spec:`
lines of the docstrings; `tests/test_specification.py` fails when it is stale.
"""


def page() -> str:
    """Return the whole page."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in sorted((PROJECT / "app").rglob("*.py")):
        path = file.relative_to(PROJECT / "app").as_posix()
        if not path.startswith(FOLDERS) or path.startswith(LEFT_OUT):
            continue
        for name, spec in specs(ast.parse(file.read_text(encoding="utf-8"))):
            link = f"[`{path}`](../app/{path})" + (f" `{name}`" if name else "")
            for document, section in references(spec):
                found[document][section].add(link)
    return HEAD + "".join(table(document, found[document]) for document in sorted(found, key=order))


def specs(node: ast.AST, name: str = "") -> list[tuple[str, str]]:
    """Return the name and the `Spec:` line of everything in a module that has one."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    text = (ast.get_docstring(node) or "") if isinstance(node, kinds) else ""
    spec = re.search(r"Spec:\s+(.*?)(?:\.\s|\.$|;|$)", text, re.DOTALL)
    found = [(name, " ".join(spec[1].split()))] if spec else []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            found += specs(child, f"{name}.{child.name}".strip("."))
    return found


def references(spec: str) -> list[tuple[str, str]]:
    """Return each section of a `Spec:` line, with the document that it stands in."""
    found, document = [], ""
    for part in re.split(r",\s+(?:and\s+)?", re.sub(r" \(\w+\)", "", spec)):
        name, sign, sections = part.partition("§")
        document = name.strip() or document
        found += [(document, f"§{section}" if sign else "") for section in sections.split(" and §")]
    return found


def table(document: str, sections: dict[str, set[str]]) -> str:
    """Return the table of one document."""
    rows = "".join(
        f"| {section or 'the whole'} | {', '.join(sorted(sections[section]))} |\n"
        for section in sorted(sections, key=numbers)
    )
    return f"\n## {document}\n\n| section | where |\n|---|---|\n{rows}"


def numbers(text: str) -> list[int]:
    """Return the numbers of a section, to sort by."""
    return [int(number) for number in re.findall(r"\d+", text)]


def order(document: str) -> tuple[str, list[int]]:
    """Return what documents are sorted by: their name, and RFC 822 before RFC 6749."""
    return re.sub(r"\d.*", "", document), numbers(document)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"Wrote {PAGE.relative_to(PROJECT)}.")
