"""The code leaves alone what the packages have removed, will remove, or may change.

The linter refuses more, by name: see `banned-api` in pyproject.toml.
"""

import ast

import pytest

from app.signin.config import ROOT

# What looks at apps of others must know their ways.
LOOKS_AT_OTHERS = ROOT / "scripts" / "grafting" / "find_app.py"
FILES = [
    file
    for folder in ("app", "migrations", "scripts")
    for file in (ROOT / folder).rglob("*.py")
    if file != LOOKS_AT_OTHERS
]
REMOVED = {
    "before_first_request": "Flask 2.3 removed it: do the work in create_app.",
    "create_all": "The migrations make the tables.",
    "drop_all": "The migrations remove the tables.",
    "utcnow": "Python will remove it: app.signin.database.now().",
    "utcfromtimestamp": "Python will remove it: datetime.fromtimestamp(seconds, UTC).",
    "Model": "It brings Model.query, which is legacy: derive from app.db.Base, and select().",
}


def names_of(imported):
    """Return the full names that an import statement asks for."""
    if isinstance(imported, ast.Import):
        return [alias.name for alias in imported.names]
    return [f"{imported.module}.{alias.name}" for alias in imported.names]


def faults(tree):
    """Return the line and the fault of each thing that a coming version would break."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in REMOVED:
            yield f"{node.lineno}: {node.attr}: {REMOVED[node.attr]}"
        if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "level", 0):
            for name in names_of(node):
                if name.startswith(("flask", "werkzeug")) and "._" in name:
                    yield f"{node.lineno}: {name} is not public"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = getattr(node.func, "id", getattr(node.func, "attr", None))
            if called == "redirect" and "code" not in {word.arg for word in node.keywords}:
                yield f"{node.lineno}: redirect() without code=: Flask 3.2 changes the default"


def test_nothing_that_goes_is_used():
    found = [
        f"{file.relative_to(ROOT)}:{fault}"
        for file in FILES
        for fault in faults(ast.parse(file.read_text(encoding="utf-8")))
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "db.create_all()",
        "app.before_first_request(start)",
        "class User(db.Model): pass",
        "datetime.utcnow()",
        "from flask.globals import _cv_app",
        "import werkzeug._internal",
        "flask.redirect('/')",
        "redirect(url_for('home.index'))",
    ],
)
def test_each_of_these_would_be_told(line):
    assert list(faults(ast.parse(line)))
