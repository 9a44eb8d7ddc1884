"""What the owner does at the command line: `flask doctor`, `flask users …` and others."""

from flask import Flask

from . import checks, people


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (
        checks.providers,
        checks.doctor,
        people.users,
        people.sessions,
        people.cleanup,
    ):
        app.cli.add_command(command)
