"""The commands for the owner: `flask doctor`, `flask users …` and others."""

from flask import Flask

from . import cleanup, doctor, identities, invitations, providers, sessions, users


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (
        providers.providers,
        doctor.doctor,
        users.users,
        sessions.sessions,
        invitations.invitations,
        identities.identities,
        cleanup.cleanup,
    ):
        app.cli.add_command(command)
