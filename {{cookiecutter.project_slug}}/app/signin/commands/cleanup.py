"""`flask cleanup`: delete expired data."""

import click
from flask.cli import with_appcontext

from ..auth import cleanup as expired
from .console import Command


@click.command(cls=Command)
@with_appcontext
def cleanup() -> None:
    """Delete expired data.  The app does the same once an hour, when people sign in."""
    expired.run()
    click.echo("Deleted expired data.")
