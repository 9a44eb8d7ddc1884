"""The database engine and the base class of all models."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import DeclarativeBase

BUSY_MILLISECONDS = 5000
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base class of all models.

    Constraint names follow a fixed pattern, so migrations can find them.
    """

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate(render_as_batch=True)


def init_app(app: Flask, database_url: str) -> None:
    """Connect the app to its database."""
    url = make_url(database_url)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    instance = Path(app.instance_path)
    if is_sqlite and (instance / (url.database or "")).parent == instance:
        instance.mkdir(mode=0o700, exist_ok=True)
    db.init_app(app)
    migrate.init_app(app, db)
    # The extension adds `db` and the models.
    app.shell_context_processor(lambda: {"select": select})
    if is_sqlite:
        with app.app_context():
            event.listen(db.engine, "do_connect", _make_private_file)
            event.listen(db.engine, "connect", _prepare_sqlite)


def engine_options(database_url: str | URL) -> Mapping[str, Any]:
    """Return the options of the engine.  Parameters of statements are never logged."""
    url = make_url(database_url)
    options: dict[str, Any] = {"hide_parameters": True}
    if url.get_backend_name() == "postgresql":
        options |= {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20, "pool_timeout": 5}
        options["connect_args"] = {"connect_timeout": 3, "tcp_user_timeout": 10_000}
        # Behind a pooler, the next transaction may reach a server that knows no such statement.
        options["connect_args"]["prepare_threshold"] = None
    elif url.database not in (None, "", ":memory:"):
        options |= {"pool_size": 10, "max_overflow": 60, "pool_timeout": 5}
    return options


def _make_private_file(_dialect: Any, _record: Any, arguments: Any, _options: Any) -> None:
    """Create the file of a SQLite database for its owner only.  SQLite gives its WAL that mode."""
    file = Path(arguments[0])
    if file.name != ":memory:" and not arguments[0].startswith("file:"):
        with contextlib.suppress(OSError):
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
