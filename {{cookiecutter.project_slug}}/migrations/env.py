"""Runs the migrations with the app's own database and models."""

from typing import Any

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Write moments in migrations as what they are in the database."""
    return "sa.DateTime(timezone=True)" if type(item).__name__ == "UtcDateTime" else False


def run() -> None:
    """Apply the migrations over one connection, each in a transaction."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transaction_per_migration=True,
            render_as_batch=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
