"""The files that a graft adds and changes.  Nothing is written here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import host_file, layout, migration, needs
from .problems import Problem

PROJECT = Path(__file__).parents[2]
SIGNIN = PROJECT / "app" / "signin"
# Values that no password matches, for hashes that are not Werkzeug's.
NO_PASSWORD = {
    "bcrypt": "$2b$12$......................KpQ3mTzE8rYxUaWdLhSiNvGfJoBcZ2e",
    "argon2": "$argon2id$v=19$m=65536,t=3,p=4$Li4uLi4uLi4uLi4uLi4uLg"
    "$Li4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4",
}
# Packages that are not called what the app is called.
NO_NAMES = ("app", "application", "main", "src", "web", "website", "wsgi")
# Flask-Migrate's own files of a migrations folder, and their names in it.
OF_MIGRATE = {
    "README": "README",
    "alembic.ini.mako": "alembic.ini",
    "env.py": "env.py",
    "script.py.mako": "script.py.mako",
}


@dataclass
class Plan:
    """What a graft does to an app.  Paths are absolute."""

    # Files that must not be there yet, and files that change.
    added: dict[Path, bytes] = field(default_factory=dict)
    changed: dict[Path, bytes] = field(default_factory=dict)
    # What the owner has to do because the file is of a kind that is not known.
    told: list[str] = field(default_factory=list)


def plan(survey: dict[str, Any], root: Path, folder: str) -> Plan:
    """Return what to do in the repository `root`.  Raises Problem."""
    survey["no_password"] = _no_password(survey)
    survey["app_name"] = root.name if survey["package"] in NO_NAMES else survey["package"]
    _check_names(survey, folder)
    found = Plan()
    signin = Path(survey["folder"]) / folder
    if signin.exists():
        raise Problem(f"{signin} is there already: nothing is overwritten. Give another --folder.")
    for file in sorted(SIGNIN.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            found.added[signin / file.relative_to(SIGNIN)] = file.read_bytes()
    pages, static = signin / "auth" / "templates" / "signin", signin / "static"
    texts = {
        signin / "host.py": host_file.text(survey),
        pages / "layout.html": layout.template(survey),
        pages / "buttons.html": (layout.PARTS / "buttons.html").read_text(encoding="utf-8"),
        static / "app.css": layout.STYLES.read_text(encoding="utf-8"),
        static / "signin.css": layout.styles(),
        static / "signin.js": layout.SCRIPT.read_text(encoding="utf-8"),
        **_migration(survey, root),
    }
    found.added |= {file: text.encode() for file, text in texts.items()}
    _packages(survey, root, found)
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    _change(found, root / ".env", lambda text: needs.with_settings(text, survey, example))
    _change(found, root / ".gitignore", needs.with_ignored)
    for file in found.added:
        if file.exists():
            raise Problem(f"{file} is there already: nothing is overwritten.")
    return found


def _no_password(survey: Mapping[str, Any]) -> str:
    """Return the value of users without a password, which the app's own check must refuse."""
    texts = "".join(Path(source).read_text(encoding="utf-8") for source in survey["sources"])
    return next((value for word, value in NO_PASSWORD.items() if word in texts.lower()), "!")


def _check_names(survey: Mapping[str, Any], folder: str) -> None:
    """Raise Problem if the app has tables or blueprints with the names of sign-in's."""
    if not folder.isidentifier():
        raise Problem(f"{folder!r} cannot be the name of a package: use letters, digits and _.")
    taken = sorted(set(migration.names_of_tables()) & set(survey["tables"]))
    if taken:
        raise Problem(
            f"Your app has tables that sign-in needs the names of: {', '.join(taken)}. Rename them"
            " first, or copy the folder by hand and rename those in signin/models.py."
        )
    blueprints = {"signin", "signin_account"} & set(survey["blueprints"])
    if blueprints:
        raise Problem(f"Your app has a blueprint {', '.join(sorted(blueprints))}: rename it first.")


def _migration(survey: Mapping[str, Any], root: Path) -> dict[Path, str]:
    """Return the migration, and what Flask-Migrate needs around it where it is not in use."""
    if not survey["migrations"]:
        folder = root / "migrations"
        if folder.exists():
            raise Problem(
                f"{folder} is there, but the app does not use Flask-Migrate when it starts: call"
                " Migrate(app, db) first, or name the module that does: --flask-app wsgi.py"
            )
        flask = _flask_migrate()
        files = {
            folder / name: (flask / theirs).read_text(encoding="utf-8")
            for theirs, name in OF_MIGRATE.items()
        }
        return files | {_file(folder): migration.text(survey, None)}
    folder = Path(survey["migrations"])
    if not (folder / "env.py").exists():
        raise Problem(
            f"Your app uses Flask-Migrate, but there is no {folder / 'env.py'}. Make migrations of"
            " your own tables first: flask db init, flask db migrate, flask db upgrade."
        )
    return {_file(folder): migration.text(survey, _newest(folder))}


def _file(migrations: Path) -> Path:
    return migrations / "versions" / f"{migration.REVISION}.py"


def _flask_migrate() -> Path:
    """Return Flask-Migrate's templates of a migrations folder."""
    import flask_migrate

    return Path(flask_migrate.__file__).parent / "templates" / "flask"


def _newest(migrations: Path) -> str | None:
    """Return the newest revision.  Raises Problem if there are several."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    heads = ScriptDirectory.from_config(config).get_heads()
    if len(heads) > 1:
        raise Problem(f"Your migrations have several heads: {', '.join(heads)}. flask db merge")
    return heads[0] if heads else None


def _packages(survey: Mapping[str, Any], root: Path, found: Plan) -> None:
    """Add the packages to the requirements, or tell the owner to."""
    wanted = needs.packages(survey)
    pyproject, requirements = root / "pyproject.toml", root / "requirements.txt"
    has_list = pyproject.exists() and needs.LIST.search(pyproject.read_text(encoding="utf-8"))
    if has_list:
        _change(found, pyproject, lambda text: needs.with_dependencies(text, wanted))
    if requirements.exists():
        _change(found, requirements, lambda text: needs.with_requirements(text, wanted))
    elif not has_list:
        found.told.append(f"Install: {' '.join(needs.missing(wanted, ''))}")
    newer = needs.newer(wanted, survey["installed"])
    if newer:
        found.told.append(
            "Your app has these in older versions. Bring them to what sign-in needs, also where"
            f" they are listed, and try your app with them before you go on: {' '.join(newer)}"
        )


def _change(found: Plan, file: Path, change: Any) -> None:
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, ValueError) as error:
        raise Problem(f"{file} cannot be read as text: {error}") from None
    after = change(before)
    if after != before:
        found.changed[file] = after.encode()
