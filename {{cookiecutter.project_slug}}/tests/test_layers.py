"""Imports point one way, so that each part can be read, carried into another app, or replaced.

Every import counts, those inside functions too.  `from .auth import sessions` is an import of the
module `sessions`; `from .auth import settings` one of the package, whose `__init__` defines it.
"""

import ast
from functools import cache
from graphlib import TopologicalSorter

import pytest

from app.signin.config import ROOT

SIGNIN = "app.signin"
FILES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted((ROOT / "app").rglob("*.py"))
}
# What each part of `signin` may import, beside itself.
BELOW = {
    "oauth": set(),
    "providers": {"oauth"},
    "config": {"providers", "oauth"},
    "host": set(),
    "forms": set(),
    "database": {"host"},
    "user": {"host", "database"},
    "models": {"host", "database", "user"},
    "auth": {"config", "providers", "oauth", "host", "database", "user", "models"},
}
BELOW["readiness"] = {*BELOW["auth"], "auth"}
BELOW["account"] = BELOW["commands"] = {*BELOW["readiness"], "readiness", "forms"}
BELOW["dev"] = set(BELOW)
BELOW[""] = set(BELOW)


@cache
def tree(module):
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def imported(module, node):
    """Return the modules, of the app or installed, that an import statement names."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    package = module.split(".") if FILES[module].stem == "__init__" else module.split(".")[:-1]
    base = package[: len(package) + 1 - node.level] if node.level else []
    name = ".".join([*base, *(node.module.split(".") if node.module else [])])
    full = {f"{name}.{alias.name}" for alias in node.names}
    return {one if one in FILES else name for one in full}


@cache
def imports(module):
    """Return all modules that a module imports, itself aside."""
    nodes = [
        node for node in ast.walk(tree(module)) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return frozenset().union(*(imported(module, node) for node in nodes)) - {module}


def part(module):
    """Return the part of `signin` that a module belongs to; an empty text for its `__init__`."""
    return module.removeprefix(SIGNIN).strip(".").split(".")[0]


def inside(package):
    return [module for module in FILES if f"{module}.".startswith(f"{package}.")]


def test_each_part_of_sign_in_imports_what_is_below_it():
    upwards = {
        f"{module} imports {other}"
        for module in inside(SIGNIN)
        for other in imports(module) & set(inside(SIGNIN))
        if part(other) not in {part(module), *BELOW[part(module)]}
    }

    assert upwards == set()


def test_sign_in_knows_the_app_around_it_by_one_file():
    outside = {
        (module, other)
        for module in inside(SIGNIN)
        for other in imports(module) & FILES.keys() - set(inside(SIGNIN))
    }

    assert outside == {("app.signin.host", "app.db")}


def test_nothing_imports_in_a_circle():
    """If there is a circle, CycleError names its modules."""
    TopologicalSorter({module: imports(module) & FILES.keys() for module in FILES}).prepare()


def test_no_import_hides_in_a_function_but_that_of_dev():
    hidden = {
        (module, other)
        for module in FILES
        for function in ast.walk(tree(module))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for other in imported(module, node)
    }
    dev = set(inside(f"{SIGNIN}.dev"))

    assert hidden == {(SIGNIN, f"{SIGNIN}.dev")}
    assert {module for module in FILES if imports(module) & dev} - dev == {SIGNIN}


@pytest.mark.parametrize("package", ["oauth", "providers"])
def test_the_protocol_needs_neither_the_web_nor_the_database(package):
    web_and_database = ("flask", "werkzeug", "sqlalchemy", "alembic", "wtforms", "limits")
    names = {name for module in inside(f"{SIGNIN}.{package}") for name in imports(module)}

    assert not [name for name in names if name.startswith(web_and_database)]


@pytest.mark.parametrize(
    ("library", "module"),
    [("flask_login", "app.signin.auth.sessions"), ("flask_sqlalchemy", "app.db")],
)
def test_a_library_that_can_be_swapped_is_imported_once(library, module):
    assert [name for name in FILES if library in imports(name)] == [module]
