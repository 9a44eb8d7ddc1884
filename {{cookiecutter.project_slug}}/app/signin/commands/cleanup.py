"""`flask cleanup`: delete expired data."""

import click
from flask.cli import with_appcontext

from ..auth import cleanup as expired
from .console import Command, json_option, progress, report


@click.command(cls=Command)
@json_option
@with_appcontext
def cleanup(as_json: bool) -> None:
    """Delete expired data.  The app does the same once an hour, when people sign in."""
    with progress("Deleting expired data", expired.count()) as move_on:
        deleted = expired.run(move_on)
    words = ", ".join(f"{number} {table.replace('_', ' ')}" for table, number in deleted.items())
    report(as_json, {"deleted": deleted}, f"Deleted expired data: {words or 'there was none'}.")
