"""Imports point one way: features, then auth, providers, oauth; so that each part can be carried
into another app, or replaced."""

import ast
from pathlib import Path

import pytest

from app.config import ROOT

APP = ROOT / "app"
CORE = ("auth", "config", "providers", "outbound", "oauth")


def imports_of(file: Path) -> set[str]:
    """Return the modules that a file imports, relative ones in full."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            package = file.relative_to(ROOT).parent.parts
            parts = package[: len(package) - node.level + 1]
            base = ".".join((*parts, node.module) if node.module else parts)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def offenders(folder: str, *forbidden: str) -> list[str]:
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in sorted((APP / folder).rglob("*.py"))
        for name in imports_of(file)
        if any(name == word or name.startswith(f"{word}.") for word in forbidden)
    ]


OTHERS = [path.stem for path in APP.iterdir() if path.suffix == ".py" or path.is_dir()]
FEATURES = [
    path.name for path in APP.iterdir() if (path / "__init__.py").exists() and path.name not in CORE
]


def test_the_protocol_knows_nothing_of_this_app():
    outside = [f"app.{name}" for name in OTHERS if name != "oauth"]

    assert offenders("oauth", "flask", "sqlalchemy", *outside) == []


@pytest.mark.parametrize(
    ("folder", "may_import"), [("outbound", ["oauth"]), ("providers", ["oauth"])]
)
def test_what_the_layers_below_auth_may_import(folder, may_import):
    outside = [f"app.{name}" for name in OTHERS if name not in (folder, *may_import)]

    assert offenders(folder, "flask", "sqlalchemy", *outside) == []


def test_nothing_below_imports_a_feature():
    features = [f"app.{name}" for name in FEATURES]

    assert [found for folder in CORE for found in offenders(folder, *features)] == []


def test_only_create_app_imports_what_is_for_development():
    others = [path.name for path in APP.iterdir() if path.is_dir() and path.name != "dev"]

    assert [found for folder in others for found in offenders(folder, "app.dev")] == []


@pytest.mark.parametrize(
    ("library", "module"),
    [("flask_login", "app/auth/sessions.py"), ("flask_sqlalchemy", "app/db.py")],
)
def test_libraries_that_can_be_swapped_are_imported_once(library, module):
    assert offenders("", library) == [f"{module} imports {library}"]


def test_accounts_are_the_business_of_one_module_of_auth():
    """`identities` decides; `sessions` loads who is signed in; a hook gets who signed up."""
    knowing = {found.split(" ")[0] for found in offenders("auth", "app.models.User")}

    assert knowing == {"app/auth/__init__.py", "app/auth/identities.py", "app/auth/sessions.py"}
