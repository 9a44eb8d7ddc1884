"""Is the process up, and can it work?"""

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from .config import ROOT
from .db import db
from .models import Identity

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say whether the database is there and migrated, so that a login can work."""
    problem = database_problem()
    return (jsonify(status=problem), 503) if problem else (jsonify(status="ok"), 200)


def database_problem() -> str | None:
    """Return what is wrong with the database, in a few words, or None."""
    try:
        if MigrationContext.configure(db.session.connection()).get_current_heads() != heads():
            return "the database is not migrated: run flask db upgrade"
        if not current_app.config["DEVELOPMENT"] and _practice_identities():
            return "practice identities are in the database of a production app"
    except SQLAlchemyError:
        return "the database does not answer"
    finally:
        db.session.rollback()
    return None


def heads() -> tuple[str, ...]:
    """Return the newest revisions of migrations/."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return tuple(ScriptDirectory.from_config(config).get_heads())


def _practice_identities() -> bool:
    practised = select(Identity.id).where(Identity.provider.like("practice%")).limit(1)
    return db.session.scalar(practised) is not None
