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
            if found != _newest(ROOT / current_app.extensions["migrate"].directory):
                return "the database is not migrated: run flask db upgrade"
        if not settings().development and _has_practice_identities():
            return "practice identities are in the database: run flask users delete --practice"
    except SQLAlchemyError:
        return "the database does not answer"
    finally:
        db.session.rollback()
    return None


def _newest(migrations: Path) -> tuple[str, ...]:
    return _heads(migrations, (migrations / "versions").stat().st_mtime_ns)


@cache
def _heads(migrations: Path, _changed_at: int) -> tuple[str, ...]:
    """Return the newest revisions in a folder.  `_changed_at` makes the cache notice new files."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return tuple(ScriptDirectory.from_config(config).get_heads())


def _has_practice_identities() -> bool:
    practice = select(Identity.id).where(Identity.provider.startswith(PRACTICE)).limit(1)
    return db.session.scalar(practice) is not None
