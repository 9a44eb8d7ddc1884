"""Look at a Flask app, and print what `graft.py` needs to know of it as JSON.

This file runs in the app's own Python, in its folder, and imports nothing but what the app has:

    python survey.py PACKAGE [--db MODULE:NAME] [--user CLASS]
"""

import argparse
import ast
import importlib
import json
import pkgutil
import re
import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

FACTORIES = ("create_app", "make_app", "app_factory")
MARK = "SURVEY:"
PASSWORD = re.compile(r"_?(password|passwd|pwd|pw)(_?hash(ed)?)?|_?hash(ed)?_?(password|pw)", re.I)


class Unusable(Exception):
    """Sign-in cannot be added to this app; the message says why and what to do."""


def main() -> None:
    """Print the survey, or the reason why there is none."""
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--db")
    parser.add_argument("--user")
    options = parser.parse_args()
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = survey(options.package, options.db, options.user)
    except Unusable as error:
        found = {"problem": str(error)}
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.filename}, line {last.lineno}"
        found = {"problem": f"{type(error).__name__}: {error} ({place})", "import": True}
    print(MARK + json.dumps(found))


def survey(package: str, db: str | None, user: str | None) -> dict[str, Any]:
    """Return what is known of an app.  Raises Unusable, and whatever the app raises."""
    main_module = importlib.import_module(package)
    modules = {package: main_module, **_submodules(main_module)}
    app = _app(modules)
    db_module, db_name = db.split(":") if db else _database(modules)
    database = getattr(modules[db_module], db_name)
    people = _user_class(modules, database, user, app)
    app.test_request_context().push()
    return {
        "package": package,
        "is_package": hasattr(main_module, "__path__"),
        "db": [db_module, db_name],
        "user": _about_user(people),
        "references": _references(people),
        "tables": sorted(database.metadata.tables),
        "rules": sorted({rule.rule for rule in app.url_map.iter_rules()}),
        "blueprints": sorted(app.blueprints),
        "csrf": "csrf" in app.extensions,
        "login_manager": hasattr(app, "login_manager"),
        "migrations": _migrations(app),
        "secret_key": bool(app.config.get("SECRET_KEY")),
        "sqlite": str(app.config.get("SQLALCHEMY_DATABASE_URI", "")).startswith("sqlite"),
        "templates": _templates(app),
        "sources": sorted(_source(module) for module in modules.values() if _source(module)),
    }


def _submodules(package: Any) -> dict[str, Any]:
    """Return the modules of a package by name, without those that cannot be imported."""
    found = {}
    for info in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
        if not re.search(r"\.(tests?|migrations|__main__)(\.|$)", info.name):
            try:
                found[info.name] = importlib.import_module(info.name)
            except Exception as error:
                print(f"{info.name} is left out: {error}", file=sys.stderr)
    return found


def _app(modules: dict[str, Any]) -> Any:
    """Return the Flask app: an object of a module, or what its factory returns."""
    from flask import Flask

    for module in modules.values():
        for value in list(vars(module).values()):
            if isinstance(value, Flask):
                return value
    for module in modules.values():
        for name in FACTORIES:
            if callable(getattr(module, name, None)):
                return getattr(module, name)()
    raise Unusable(f"There is no Flask object and none of {', '.join(FACTORIES)} in this package.")


def _database(modules: dict[str, Any]) -> tuple[str, str]:
    """Return module and name of the Flask-SQLAlchemy object: where it is made."""
    for name, module in modules.items():
        for node in _tree(module).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                made = getattr(module, getattr(target, "id", ""), None)
                if hasattr(made, "session") and hasattr(made, "Model"):
                    return name, target.id
    raise Unusable(
        "There is no `db = SQLAlchemy(...)` of Flask-SQLAlchemy in this package. If it is made in"
        " another way, say where: --db shop.extensions:db"
    )


def _user_class(modules: dict[str, Any], database: Any, wanted: str | None, app: Any) -> Any:
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


def _about_user(people: Any) -> dict[str, Any]:
    table = people.__table__
    keys = list(table.primary_key.columns)
    if len(keys) != 1 or keys[0].key != "id":
        raise Unusable(
            f"The key of {people.__name__} must be one column called id. Give the class one, for"
            f" example id = synonym({[key.name for key in keys]}), or rename it."
        )
    unique = {
        next(iter(each.columns)).name
        for each in (*table.constraints, *table.indexes)
        if len(each.columns) == 1
        and (type(each).__name__ == "UniqueConstraint" or getattr(each, "unique", False))
    }
    attributes = {prop.columns[0].name: prop.key for prop in people.__mapper__.column_attrs}
    columns = [
        _column(column, attributes.get(column.name, column.name), column.name in unique)
        for column in table.columns
        if not column.primary_key
    ]
    passwords = [one["attribute"] for one in columns if PASSWORD.fullmatch(one["name"])]
    return {
        "class": people.__name__,
        "module": people.__module__,
        "file": sys.modules[people.__module__].__file__,
        "table": table.name,
        "schema": table.schema,
        "key": _column(keys[0], "id", unique=True),
        "columns": columns,
        "password": passwords[0] if passwords else "",
    }


def _column(column: Any, attribute: str, unique: bool) -> dict[str, Any]:
    kind = type(column.type)
    python: Any
    try:
        python = column.type.python_type.__name__
    except NotImplementedError:
        python = ""
    return {
        "name": column.name,
        "attribute": attribute,
        "type": kind.__name__,
        "generic": kind.__module__.startswith("sqlalchemy"),
        "python": python,
        "length": getattr(column.type, "length", None),
        "unique": unique or bool(column.unique),
        "needed": not column.nullable and column.default is None and column.server_default is None,
    }


def _references(people: Any) -> list[str]:
    """Return the columns of other tables that stop a user from being deleted."""
    key = people.__table__.c.id if "id" in people.__table__.c else None
    covered = {
        column
        for relation in people.__mapper__.relationships
        if relation.direction.name == "ONETOMANY"
        for column in relation.remote_side
        if relation.cascade.delete or column.nullable
    }
    return sorted(
        f"{table.name}.{foreign.parent.name}"
        for table in people.metadata.tables.values()
        for foreign in table.foreign_keys
        if foreign.column is key and not foreign.ondelete and foreign.parent not in covered
    )


def _migrations(app: Any) -> str | None:
    """Return the folder of Flask-Migrate, or None."""
    migrate = app.extensions.get("migrate")
    return str(Path(migrate.directory).resolve()) if migrate else None


def _templates(app: Any) -> dict[str, Any]:
    """Return the template folder, the base template and its main block, by how they are used."""
    folder = Path(app.root_path) / (app.template_folder or "templates")
    texts = {
        str(file.relative_to(folder)).replace("\\", "/"): file.read_text(errors="replace")
        for file in sorted(folder.rglob("*.html"))
    }
    parents = Counter(
        found[1]
        for text in texts.values()
        if (found := re.search(r"""\{%-?\s*extends\s+["']([^"']+)""", text))
    )
    base = next((name for name, _ in parents.most_common() if name in texts), None)
    while base and (above := re.search(r"""\{%-?\s*extends\s+["']([^"']+)""", texts[base])):
        base = above[1]
    blocks = re.findall(r"\{%-?\s*block\s+(\w+)", texts.get(base or "", ""))
    used = Counter(
        name for text in texts.values() for name in re.findall(r"\{%-?\s*block\s+(\w+)", text)
    )
    main = [name for name in blocks if name not in ("title", "head", "scripts", "styles", "css")]
    return {
        "folder": str(folder),
        "base": base,
        "blocks": blocks,
        "main": max(main, key=lambda name: used[name], default=None),
    }


def _source(module: Any) -> str | None:
    file = getattr(module, "__file__", None)
    return str(file) if file and str(file).endswith(".py") else None


def _tree(module: Any) -> ast.Module:
    source = _source(module)
    return ast.parse(Path(source).read_text(encoding="utf-8") if source else "")


if __name__ == "__main__":
    main()
