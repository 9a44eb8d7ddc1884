"""Look at a Flask app, and print what `graft.py` needs to know of it as JSON.

This file runs in the app's own Python, in its folder, and imports nothing but what the app has:

    python survey.py PACKAGE [--db MODULE:NAME] [--user CLASS] [--flask-app APP]
"""

import argparse
import json
import re
import sys
import traceback
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import Any

# This file is a program: its folder is on the path, and not as a package.
import find_app
from find_app import MARK, Unusable

EXTENDS = re.compile(r"""\{%-?\s*extends\s+["']([^"']+)""")
PASSWORD = re.compile(r"_?(password|passwd|pwd|pw)(_?hash(ed)?)?|_?hash(ed)?_?(password|pw)", re.I)


def main() -> None:
    """Print the survey, or the reason why there is none."""
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--db")
    parser.add_argument("--user")
    parser.add_argument("--flask-app")
    options = parser.parse_args()
    sys.path[:0] = [str(Path.cwd()), str(Path.cwd() / "src")]
    try:
        found = survey(options)
    except Unusable as error:
        found = {"problem": str(error)}
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.filename}, line {last.lineno}"
        found = {"problem": f"{type(error).__name__}: {error} ({place})", "import": True}
    print(MARK + json.dumps(found))


def survey(options: argparse.Namespace) -> dict[str, Any]:
    """Return what is known of an app.  Raises Unusable, and whatever the app raises."""
    package, named = options.package, find_app.flask_app(options.flask_app)
    modules = find_app.modules(package)
    app = find_app.app(modules, named)
    db_module, db_name, database = find_app.database(modules, options.db)
    people = find_app.user_class(database, options.user)
    app.test_request_context().push()
    return {
        "package": package,
        "folder": find_app.folder(modules[package]),
        "is_package": hasattr(modules[package], "__path__"),
        "db": [db_module, db_name],
        "user": _about_user(people),
        "references": _references(people),
        "cascading": _cascading(people),
        "unloaded": _unloaded(people),
        "emptied": _emptied(people),
        "home": find_app.home(modules),
        "tables": sorted(database.metadata.tables),
        "rules": sorted({rule.rule for rule in app.url_map.iter_rules()}),
        "blueprints": sorted(app.blueprints),
        "csrf": "csrf" in app.extensions,
        "login_manager": hasattr(app, "login_manager"),
        "migrations": _migrations(app),
        "secret_key": bool(app.config.get("SECRET_KEY")),
        "sqlite": str(app.config.get("SQLALCHEMY_DATABASE_URI", "")).startswith("sqlite"),
        "templates": _templates(app),
        "installed": _installed(),
        "sources": sorted(filter(None, map(find_app.source, modules.values()))),
    }


def _installed() -> dict[str, str]:
    """Return the versions of packages by name: the first on the path counts."""
    found = reversed(list(metadata.distributions()))
    return {one.metadata["Name"]: one.version for one in found}


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
        if relation.lazy != "write_only"
        for column in _cleared(relation)
    }
    return sorted(
        f"{table.name}.{foreign.parent.name}"
        for table in people.metadata.tables.values()
        for foreign in table.foreign_keys
        if foreign.column is key and not foreign.ondelete and foreign.parent not in covered
    )


def _cascading(people: Any) -> list[str]:
    """Return the columns of other tables whose rows the database is to clear with a user."""
    return sorted(
        f"{table.name}.{foreign.parent.name}"
        for table in people.metadata.tables.values()
        for foreign in table.foreign_keys
        if foreign.ondelete and foreign.references(people.__table__)
    )


def _cleared(relation: Any) -> list[Any]:
    """Return the columns whose rows SQLAlchemy deletes or sets to null with a user."""
    if relation.direction.name == "MANYTOMANY":
        return [column for _, column in relation.synchronize_pairs]
    if relation.direction.name == "ONETOMANY":
        return [one for one in relation.remote_side if relation.cascade.delete or one.nullable]
    return []


def _emptied(people: Any) -> list[str]:
    """Return the columns that become null when a user is deleted, in rows that stay."""
    return sorted(
        f"{column.table.name}.{column.name}"
        for relation in people.__mapper__.relationships
        if relation.direction.name == "ONETOMANY" and relation.lazy != "write_only"
        for column in relation.remote_side
        if column.nullable and not relation.cascade.delete and not relation.viewonly
    )


def _unloaded(people: Any) -> list[str]:
    """Return the relationships that make SQLAlchemy refuse to delete any user.

    It would have to load them first, which one that is write-only forbids.
    """
    return sorted(
        f"{people.__name__}.{relation.key}"
        for relation in people.__mapper__.relationships
        if relation.lazy == "write_only" and not relation.passive_deletes
    )


def _migrations(app: Any) -> str | None:
    """Return the folder of Flask-Migrate, or None."""
    migrate = app.extensions.get("migrate")
    return str(Path(migrate.directory).resolve()) if migrate else None


def _templates(app: Any) -> dict[str, Any]:
    """Return the template folder, the base template and its main block, by how they are used.

    The base is the app's own, though it may extend one of a package, such as Flask-Bootstrap's.
    """
    folder = Path(app.root_path) / (app.template_folder or "templates")
    texts = {
        str(file.relative_to(folder)).replace("\\", "/"): file.read_text(errors="replace")
        for file in sorted(folder.rglob("*.html"))
    }
    parents = Counter(found[1] for text in texts.values() if (found := EXTENDS.search(text)))
    base = next((name for name, _ in parents.most_common() if name in texts), None)
    while base and (above := EXTENDS.search(texts[base])) and above[1] in texts:
        base = above[1]
    blocks = re.findall(r"\{%-?\s*block\s+(\w+)", texts.get(base or "", ""))
    used = Counter(
        name for text in texts.values() for name in re.findall(r"\{%-?\s*block\s+(\w+)", text)
    )
    main = [name for name in blocks if name not in ("title", "head", "scripts", "styles", "css")]
    included = re.findall(
        r"""\{%-?\s*(?:include|import|from)\s+["']([^"']+)""", texts.get(base or "", "")
    )
    shown = [texts[name] for name in (base, *included) if name in texts]
    return {
        "folder": str(folder),
        "base": base,
        "messages": any("get_flashed_messages" in text for text in shown),
        "blocks": blocks,
        "main": max(main, key=lambda name: used[name], default=None),
    }


if __name__ == "__main__":
    main()
