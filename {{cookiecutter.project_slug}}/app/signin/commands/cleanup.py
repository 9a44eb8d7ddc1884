"""`flask cleanup`: delete expired data."""

import click
from flask.cli import with_appcontext

from ..auth import cleanup as expired


@click.command
@with_appcontext
def cleanup() -> None:
    """Delete expired data.  The app does the same once an hour, when people sign in."""
    expired.run()
    click.echo("Deleted expired data.")
