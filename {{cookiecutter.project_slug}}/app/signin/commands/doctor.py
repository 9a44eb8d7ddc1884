"""`flask providers` and `flask doctor`: show the setup and check it."""

from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from ..auth import settings as current_settings
from ..config.providers import needed_settings
from ..readiness import database_problem
from . import discovery_checks
from .console import Command
from .identities import issuer_problem


@click.command(cls=Command)
@with_appcontext
def providers() -> None:
    """Show each provider: whether it is set up, its callback URL and missing settings."""
    settings = current_settings()
    for provider in settings.providers:
        ready = provider.name in settings.clients
        click.echo(f"{provider.name:<16} {'ready' if ready else 'not set up'}")
        click.echo(f"    callback URL  {settings.public_url}/callback/{provider.name}")
        if provider.console_url:
            click.echo(f"    register at   {provider.console_url}")
        if not ready:
            click.echo(f"    missing       {', '.join(needed_settings(provider))}")
    if not settings.providers:
        click.echo(
            "No providers. Choose some when generating the app, or set OIDC_<NAME>_…"
            " (docs/settings.md)."
        )


@click.command(cls=Command)
@with_appcontext
def doctor() -> None:
    """Check settings, database, clock and each provider.  Exit with 1 if a check fails."""
    failed = False
    for what, problem in _checks():
        click.echo(f"FAIL  {what}: {problem}" if problem else f"ok    {what}")
        failed = failed or bool(problem)
    raise SystemExit(1 if failed else 0)


def _checks() -> Iterator[tuple[str, str]]:
    """Yield each check and its problem, which is empty if the check passes."""
    settings = current_settings()
    yield "settings", ""
    yield "database and migrations", database_problem() or ""
    if not settings.clients and not settings.development:
        yield "providers", "none is set up, so nobody can sign in: see flask providers"
    for name, client in settings.clients.items():
        yield f"{name}: set up; its callback URL is {client.redirect_uri}", ""
        yield f"{name}: stored identities", issuer_problem(client.provider)
        if client.provider.uses_discovery:
            for what, problem in discovery_checks.checks(client.provider):
                yield f"{name}: {what}", problem
