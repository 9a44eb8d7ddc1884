"""Find what a graft needs in the modules of an app: the Flask app, its database, its users.

Like `survey.py`, this runs in the app's own Python and imports nothing but what the app has.
"""

import ast
import importlib.util
import inspect
import os
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any

# What stands before the survey, after whatever the app prints.
MARK = "SURVEY:"
FACTORIES = ("create_app", "make_app", "app_factory")


class Unusable(Exception):
    """Sign-in cannot be added to this app; the message says why and what to do."""


def modules(package: str) -> dict[str, Any]:
    """Return a module and those below it by name, without those that cannot be imported.

    Raises Unusable if there is no such module.
    """
    if importlib.util.find_spec(package.partition(".")[0]) is None:
        raise Unusable(
            f"There is no package or module {package} in {Path.cwd()}, nor in a folder src there."
            " Name the folder that it is in."
        )
    main = importlib.import_module(package)
    found = {package: main}
    for info in pkgutil.walk_packages(getattr(main, "__path__", ()), f"{package}."):
        if not re.search(r"\.(tests?|migrations|__main__)(\.|$)", info.name):
            try:
                found[info.name] = importlib.import_module(info.name)
            except Exception as error:
                print(f"{info.name} is left out: {error}", file=sys.stderr)
    return found


def app(modules: dict[str, Any], named: str | None) -> Any:
    """Return the Flask app: the one that is named, an object of a module, or a factory's.

    A name is one for `flask --app`.
    """
    from flask import Flask
    from flask.cli import ScriptInfo

    if named:
        return ScriptInfo(app_import_path=named).load_app()
    for module in modules.values():
        for value in list(vars(module).values()):
            if isinstance(value, Flask):
                return value
    for name, module in modules.items():
        for factory in FACTORIES:
            if callable(getattr(module, factory, None)):
                return _made(name, getattr(module, factory))
    raise Unusable(
        f"There is no Flask object and none of {', '.join(FACTORIES)} in this package. Say how"
        " the command flask finds your app: --flask-app wsgi.py"
    )


def _made(module: str, factory: Any) -> Any:
    """Return what a factory makes.  Raises Unusable if it needs an argument."""
    try:
        inspect.signature(factory).bind()
    except TypeError as error:
        name = factory.__name__
        raise Unusable(
            f"{name} of {module} is called without arguments, but: {error}. Say how the command"
            f" flask finds your app: --flask-app wsgi.py, or --flask-app \"{module}:{name}('…')\""
        ) from None
    return factory()


def flask_app(named: str | None) -> str | None:
    """Return how the command flask would find the app, and read `.env` and `.flaskenv` as it does.

    None if nobody says.
    """
    from flask.cli import load_dotenv

    load_dotenv()
    return named or os.environ.get("FLASK_APP")


def database(modules: dict[str, Any], named: str | None) -> tuple[str, str, Any]:
    """Return module and name of the Flask-SQLAlchemy object, where it is made, and the object."""
    if named:
        module, _, name = named.partition(":")
        try:
            return module, name, getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise Unusable(f"--db {named} does not name a database: {error}") from None
    try:
        from flask_sqlalchemy import SQLAlchemy
    except ImportError:
        raise Unusable("Sign-in needs Flask-SQLAlchemy, which this app does not have.") from None
    for module, one in modules.items():
        for name in _assigned(one):
            made = getattr(one, name, None)
            if isinstance(made, SQLAlchemy):
                return module, name, made
    raise Unusable(
        "There is no `db = SQLAlchemy(...)` of Flask-SQLAlchemy in this package. If it is made in"
        " another way, say where: --db shop.extensions:db. If it is in another package, that is"
        " the --package."
    )


def _assigned(module: Any) -> list[str]:
    """Return the names that a module gives to what it calls, in their order."""
    calls = (
        node
        for node in tree(module).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
    )
    targets = (node.targets[0] if isinstance(node, ast.Assign) else node.target for node in calls)
    return [target.id for target in targets if isinstance(target, ast.Name)]


def user_class(database: Any, wanted: str | None) -> Any:
    """Return the mapped class of the people who sign in."""
    mapped = [mapper.class_ for mapper in database.Model.registry.mappers]
    if wanted:
        fit = [one for one in mapped if one.__name__ == wanted]
    else:
        fit = [one for one in mapped if hasattr(one, "get_id") and hasattr(one, "is_anonymous")]
        fit = fit or [one for one in mapped if one.__name__ in ("User", "Account", "Person")]
    if len(fit) != 1:
        names = ", ".join(sorted(one.__name__ for one in mapped)) or "none"
        raise Unusable(
            f"It is not clear which class is that of the users: say it with --user. The mapped"
            f" classes of this app are: {names}"
        )
    return fit[0]


def home(modules: dict[str, Any]) -> str:
    """Return the page where the app's own login leads, as its code says, or the root.

    Call it in a request context of the app.
    """
    from flask import current_app, url_for

    roots = {rule.endpoint for rule in current_app.url_map.iter_rules() if rule.rule == "/"}
    for module in modules.values():
        for function in ast.walk(tree(module)):
            if isinstance(function, ast.FunctionDef):
                for endpoint in _pages_after_login(function):
                    try:
                        return "/" if endpoint in roots else url_for(endpoint)
                    except Exception:  # noqa: S112 - an endpoint that needs more than its name
                        continue
    return "/"


def _pages_after_login(function: ast.FunctionDef) -> list[str]:
    """Return the endpoints that a function names after its call of `login_user`, in order."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    names = [ast.unparse(call.func).split(".")[-1] for call in calls]
    if "login_user" not in names:
        return []
    after = [call for call in calls[names.index("login_user") :] if call.args]
    pages = [call.args[0] for call in after if ast.unparse(call.func).endswith("url_for")]
    found = [page.value for page in pages if isinstance(page, ast.Constant)]
    return [name for name in found if not re.search(r"(log|sign).?(in|out)|register", name)]


def source(module: Any) -> str | None:
    """Return the file of a module that is written in Python."""
    file = getattr(module, "__file__", None)
    return str(file) if file and str(file).endswith(".py") else None


def folder(module: Any) -> str:
    """Return the folder of a package, with or without an `__init__.py`, or the one of a module."""
    paths = getattr(module, "__path__", None)
    return str(next(iter(paths))) if paths else str(Path(module.__file__).parent)


def tree(module: Any) -> ast.Module:
    """Return the syntax tree of a module, which is empty if it is not written in Python."""
    file = source(module)
    return ast.parse(Path(file).read_text(encoding="utf-8") if file else "")
