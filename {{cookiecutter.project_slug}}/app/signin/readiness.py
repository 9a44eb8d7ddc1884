"""Check that the database can serve logins.  Used by `flask doctor` and /readyz."""

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from .auth import settings
from .config import ROOT
from .config.providers import PRACTICE
from .database import why_no_connection
from .host import db
from .models import Identity


def connection_problem() -> str | None:
    """Return why the database cannot be connected to, for its owner, or None."""
    try:
        db.session.connection()
    except SQLAlchemyError as error:
        return why_no_connection(error, db.engine.url)
    finally:
        db.session.rollback()
    return None


def database_problem() -> str | None:
    """Return what is wrong with the database, in a few words, or None."""
    try:
        if "migrate" in current_app.extensions:
            found = MigrationContext.configure(db.session.connection()).get_current_heads()
            folder = ROOT / current_app.extensions["migrate"].directory
            if found != _newest(folder):
                return _not_the_newest(found, folder)
        if not settings().development and _has_practice_identities():
            return "practice identities are in the database: run flask users delete --practice"
    except SQLAlchemyError:
        return "the database does not answer"
    finally:
        db.session.rollback()
    return None


def _not_the_newest(found: tuple[str, ...], migrations: Path) -> str:
    """Return what is wrong with a database at these revisions."""
    known = {script.revision for script in _scripts(migrations).walk_revisions()}
    if unknown := set(found) - known:
        which = ", ".join(sorted(unknown))
        return f"the database has migration {which}, which this code does not: deploy newer code"
    return "the database is not migrated: run flask db upgrade"


def _newest(migrations: Path) -> tuple[str, ...]:
    return _heads(migrations, (migrations / "versions").stat().st_mtime_ns)


@cache
def _heads(migrations: Path, _changed_at: int) -> tuple[str, ...]:
    """Return the newest revisions in a folder.  `_changed_at` makes the cache notice new files."""
    return tuple(_scripts(migrations).get_heads())


def _scripts(migrations: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def _has_practice_identities() -> bool:
    practice = select(Identity.id).where(Identity.provider.startswith(PRACTICE)).limit(1)
    return db.session.scalar(practice) is not None
