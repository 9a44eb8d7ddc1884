"""Who may import whom: features → auth → providers → oauth, and features, auth → models → db."""

import ast
import sys
from collections.abc import Iterator

import pytest

from .test_sizes import APP, MODULES

CORE = {
    # What a part may import of the app; its own modules always, and nothing else.
    "oauth": set(),
    "outbound": {"oauth"},
    "providers": {"oauth"},
    "db": set(),
    "models": {"db"},
    "project": set(),
    "config": {"oauth", "outbound", "providers", "project"},
    "logs": set(),
    "problems": {"auth", "csrf", "db"},
    "csrf": {"config"},
    "security_headers": {"config"},
    "health": {"config", "db", "models"},
    "auth": {
        "config",
        "csrf",
        "db",
        "models",
        "oauth",
        "outbound",
        "problems",
        "project",
        "providers",
    },
}
PURE = {"oauth": {"joserfc", "requests"}, "providers": set()}
WITHOUT_WEB_AND_DATABASE = ("oauth", "outbound", "providers")
FACTORY = "__init__.py"


def imports(name: str) -> Iterator[str]:
    """Yield the full name of what a module imports, such as `app.oauth.http.Http`."""
    package = ["app", *name.split("/")[:-1]]
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else []
            module = [*start, *(node.module.split(".") if node.module else [])]
            yield from (".".join([*module, alias.name]) for alias in node.names)


def part(name: str) -> str:
    """Return the part of the app that a module file belongs to."""
    return name.split("/")[0].removesuffix(".py")


def parts_used(name: str) -> set[str]:
    """Return the parts of the app that a module imports, its own aside."""
    inside = {full.split(".")[1] for full in imports(name) if full.startswith("app.")}
    return inside - {part(name)}


def packages_used(name: str) -> set[str]:
    """Return the installed packages that a module imports."""
    return {full.split(".")[0] for full in imports(name)} - sys.stdlib_module_names - {"app"}


def features() -> set[str]:
    return {path.name for path in APP.iterdir() if (path / "__init__.py").is_file()} - CORE.keys()


@pytest.mark.parametrize("name", [name for name in MODULES if part(name) in CORE])
def test_imports_point_one_way(name: str) -> None:
    assert parts_used(name) <= CORE[part(name)]


@pytest.mark.parametrize("name", [name for name in MODULES if part(name) in PURE])
def test_protocol_needs_little(name: str) -> None:
    assert packages_used(name) <= PURE[part(name)]


@pytest.mark.parametrize("name", [n for n in MODULES if part(n) in WITHOUT_WEB_AND_DATABASE])
def test_protocol_knows_neither_flask_nor_the_database(name: str) -> None:
    forbidden = ("flask", "werkzeug", "sqlalchemy", "alembic")
    assert not [used for used in packages_used(name) if used.startswith(forbidden)]


@pytest.mark.parametrize("name", [name for name in MODULES if name != FACTORY])
def test_features_are_known_to_the_factory_only(name: str) -> None:
    if part(name) != "dev":
        assert not parts_used(name) & features()


def test_providers_do_not_know_each_other() -> None:
    """But for `generic`, which holds what all of them may use."""
    for name in MODULES:
        if part(name) == "providers" and name != "providers/__init__.py":
            used = {
                full.split(".")[2] for full in imports(name) if full.startswith("app.providers")
            }
            assert used <= {"generic"}, name


def test_dev_is_imported_behind_one_check() -> None:
    tree = ast.parse(MODULES[FACTORY].read_text())
    found = [
        condition
        for condition in ast.walk(tree)
        if isinstance(condition, ast.If)
        for line in condition.body
        if isinstance(line, ast.ImportFrom) and [alias.name for alias in line.names] == ["dev"]
    ]
    assert [ast.unparse(condition.test) for condition in found] == ["settings.development"]
    assert sum(full == "app.dev" for full in imports(FACTORY)) == 1


@pytest.mark.parametrize("package", ["flask_login", "flask_sqlalchemy"])
def test_imported_in_one_module(package: str) -> None:
    assert len([name for name in MODULES if package in packages_used(name)]) == 1


def test_one_module_of_auth_touches_users() -> None:
    """The others may name `User` in annotations."""
    touching = {name for name in MODULES if part(name) == "auth" and "User" in names_used(name)}
    assert touching <= {"auth/identities.py"}


def names_used(name: str) -> set[str]:
    """Return the names that a module's code uses, annotations aside."""
    tree = ast.parse(MODULES[name].read_text())
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        for field in ("annotation", "returns")
        if (annotation := getattr(node, field, None)) is not None
        for inner in ast.walk(annotation)
    }
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in annotations
    }
