"""Who may import whom: the app's own test of it bites, and what it leaves to an owner holds here.

The app's `tests/test_layers.py` goes with every app and has the rules of the kit.  Here it is run
against copies of the app with one wrong import each; and the parts around the kit, which an owner
may change as they like, are held to the template's own order.
"""

import ast
import shutil
import sys
from collections.abc import Callable
from graphlib import CycleError
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from harness.app_server import TEMPLATE

SIGNIN = "app.signin"
# What a part outside of the kit may import of the app; an option is a part like `home`.
OUTSIDE = {
    "db": set(),
    "models": {"db", "signin"},
    "web": {"db", "signin"},
    # Its example resource is the notes of `home`.
    "tokens": {"home", "signin"},
    "tables": {"db", "signin"},
    "home": {"db", "models", "signin", "tables"},
    "admin": {"signin", "tables"},
    "live": {"signin"},
}
PAGES = {"db", "models", "signin"}
# What these may import that is installed; everything else is the standard library's.
PACKAGES = {
    "app.signin.oauth": {"joserfc", "requests"},
    "app.signin.oauth.transport": {"certifi", "joserfc", "requests", "urllib3"},
    "app.signin.providers": {"joserfc", "requests"},
}
# They import modules by their names, so that a generated app can be without some of them.
DYNAMIC = {
    # The package that reads GEOIP_DATABASE, which few apps have.
    "app.signin.account.places",
    "app.signin.config.look",
    *("app", "app.signin.providers"),
    *("app.signin.dev.practice_clients", "app.signin.dev.setup"),
}


def layers_of(root: Path) -> ModuleType:
    """Return the app's own test module, looking at the app in another folder."""
    spec = spec_from_file_location("layers_of_the_app", TEMPLATE / "tests" / "test_layers.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.signin.config.ROOT", root)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def layers() -> ModuleType:
    return layers_of(TEMPLATE)


RULES = (
    "test_each_part_of_sign_in_imports_what_is_below_it",
    "test_sign_in_knows_the_app_around_it_by_one_file",
    "test_nothing_imports_in_a_circle",
    "test_no_import_hides_in_a_function_but_that_of_dev",
)


def broken_rules(module: ModuleType) -> set[str]:
    """Return the rules without parameters that fail."""
    found = set()
    for name in RULES:
        try:
            getattr(module, name)()
        except (AssertionError, CycleError):
            found.add(name)
    return found


# --- The app's own test


def test_every_rule_of_the_app_holds(layers: ModuleType) -> None:
    rules = {name for name in vars(layers) if name.startswith("test_")}
    assert set(RULES) < rules
    assert broken_rules(layers) == set()


@pytest.fixture
def wrong(tmp_path: Path) -> Callable[[str, str], set[str]]:
    """Add a line to a file of a copy of the app; return the rules that this breaks."""

    def run(file: str, line: str) -> set[str]:
        shutil.copytree(
            TEMPLATE / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__")
        )
        path = tmp_path / "app" / file
        path.parent.mkdir(exist_ok=True)
        source = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(f"{source}\n{line}\n", encoding="utf-8")
        return {name.removeprefix("test_") for name in broken_rules(layers_of(tmp_path))}

    return run


BELOW = "each_part_of_sign_in_imports_what_is_below_it"
BY_HOST = "sign_in_knows_the_app_around_it_by_one_file"
CIRCLE = "nothing_imports_in_a_circle"
HIDDEN = "no_import_hides_in_a_function_but_that_of_dev"
WRONG = {
    "upwards": ("signin/oauth/logout_token.py", "from ..config import Settings", {BELOW}),
    "upwards in a circle": ("signin/user.py", "from .models import Identity", {BELOW, CIRCLE}),
    "sideways": ("signin/account/export.py", "from .. import commands", {BELOW}),
    "the app around it": ("signin/auth/accounts.py", "from ...models import User", {BY_HOST}),
    "by an absolute name": ("signin/auth/audit.py", "import app.db", {BY_HOST}),
    "a circle in a part": ("signin/auth/errors.py", "from . import accounts", {CIRCLE}),
    "a circle by a package": ("signin/config/reader.py", "from . import Settings", {CIRCLE}),
    "a circle in the pages": ("home/models.py", "from .routes import bp", {CIRCLE}),
    "a circle of single files": ("db.py", "from .models import User", {CIRCLE}),
    "in a function": ("web/health.py", "def later():\n    from . import errors", {HIDDEN}),
    "dev": ("home/routes.py", "from ..signin import dev", {HIDDEN}),
    "a part of dev": ("home/routes.py", "from ..signin.dev import setup", {HIDDEN}),
}


@pytest.mark.parametrize(("file", "line", "expected"), WRONG.values(), ids=WRONG)
def test_a_wrong_import_is_noticed(
    file: str, line: str, expected: set[str], wrong: Callable[[str, str], set[str]]
) -> None:
    assert wrong(file, line) == expected


def test_a_new_page_of_an_owner_s_breaks_nothing(wrong: Callable[[str, str], set[str]]) -> None:
    lines = "from ..home.models import Note\nfrom ..signin.auth import sessions\n"
    assert wrong("books/routes.py", lines) == set()


# --- What the app's own test leaves to an owner


def test_the_parts_around_the_kit_point_one_way(layers: ModuleType) -> None:
    for module in layers.FILES:
        name = module.split(".")[1] if "." in module else ""
        if name in ("", "signin"):
            continue
        used = {other.split(".")[1] for other in layers.imports(module) if other in layers.FILES}
        assert used - {name} <= OUTSIDE.get(name, PAGES), module


def test_nothing_imports_the_whole_app(layers: ModuleType) -> None:
    assert not [module for module in layers.FILES if "app" in layers.imports(module)]


def test_dev_is_imported_behind_one_check(layers: ModuleType) -> None:
    found = [
        ast.unparse(node.test)
        for module in layers.FILES
        for node in ast.walk(layers.tree(module))
        if isinstance(node, ast.If)
        for line in node.body
        if isinstance(line, ast.ImportFrom) and [alias.name for alias in line.names] == ["dev"]
    ]
    assert found == ["settings.development"]


def test_imports_by_a_text_are_where_they_are_known(layers: ModuleType) -> None:
    words = ("import_module", "__import__", "importlib.import_module")
    importing = {
        module
        for module in layers.FILES
        for node in ast.walk(layers.tree(module))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in words
    }
    assert importing == DYNAMIC


@pytest.mark.parametrize("package", PACKAGES)
def test_the_protocol_needs_little(package: str, layers: ModuleType) -> None:
    nested = [other for other in PACKAGES if other.startswith(f"{package}.")]
    modules = set(layers.inside(package)).difference(*map(layers.inside, nested))
    used = {name.split(".")[0] for module in modules for name in layers.imports(module)}
    assert used - sys.stdlib_module_names - {"app"} <= PACKAGES[package]


def test_providers_do_not_know_each_other(layers: ModuleType) -> None:
    providers = set(layers.inside(f"{SIGNIN}.providers"))
    for module in providers:
        assert not layers.imports(module) & providers, module


def test_few_modules_of_auth_use_the_user_class(layers: ModuleType) -> None:
    """The others may name it in annotations."""
    using = {
        module
        for module in layers.inside(f"{SIGNIN}.auth")
        if {"user_class", "SignInUser", "USER"} & names_used(layers.tree(module))
    }
    assert using == {f"{SIGNIN}.auth.{name}" for name in ("accounts", "lifecycle", "required")}


def names_used(tree: ast.Module) -> set[str]:
    """Return the names and attributes that a module's code uses, annotations aside."""
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        for field in ("annotation", "returns")
        if (annotation := getattr(node, field, None)) is not None
        for inner in ast.walk(annotation)
    }
    nodes = [node for node in ast.walk(tree) if id(node) not in annotations]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
