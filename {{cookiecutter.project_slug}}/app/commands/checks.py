"""`flask providers` and `flask doctor`: is everything set up, and does it work?"""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import click
import requests
from flask.cli import with_appcontext

from ..auth import auth
from ..db import now
from ..health import database_problem
from ..oauth.discovery import metadata_url
from ..oauth.errors import OAuthError
from ..oauth.provider import Provider
from ..outbound.sockets import time_limit

CLOCK_SECONDS = 30


@click.command
@with_appcontext
def providers() -> None:
    """Show each provider: is it set up, what is its callback URL, what is missing."""
    settings = auth().settings
    for provider in settings.providers:
        ready = provider.name in settings.clients
        click.echo(f"{provider.name:<16} {'ready' if ready else 'not set up'}")
        click.echo(f"    callback URL  {settings.public_url}/callback/{provider.name}")
        if provider.console_url:
            click.echo(f"    register at   {provider.console_url}")
        if not ready:
            needed = [provider.setting("CLIENT_ID"), provider.setting("CLIENT_SECRET")]
            click.echo(f"    missing       {', '.join(needed)}")
    if not settings.providers:
        click.echo("No provider: choose some when generating, or set OIDC_<NAME>_… (README).")


@click.command
@with_appcontext
def doctor() -> None:
    """Check settings, database, clock and each provider; exit code 1 where one fails."""
    failed = False
    for what, problem in _checks():
        click.echo(f"FAIL  {what}: {problem}" if problem else f"ok    {what}")
        failed = failed or bool(problem)
    raise SystemExit(1 if failed else 0)


def _checks() -> Iterator[tuple[str, str]]:
    """Yield each check and its problem, which is empty where all is well."""
    settings = auth().settings
    yield "settings", ""
    yield "database and migrations", database_problem() or ""
    if not settings.clients and not settings.development:
        yield "providers", "none is set up, so nobody can sign in: see flask providers"
    for name, client in settings.clients.items():
        yield f"{name}: set up; its callback URL is {client.redirect_uri}", ""
        if client.provider.discovered:
            yield f"{name}: discovery and keys", _discovery_problem(client.provider)
            yield f"{name}: clock", _clock_problem(client.provider)


def _discovery_problem(provider: Provider) -> str:
    documents = auth().flow.documents
    try:
        with time_limit():
            documents.keys(provider, documents.server(provider)["jwks_uri"])
    except OAuthError as error:
        return str(error)
    return ""


def _clock_problem(provider: Provider) -> str:
    """Compare this machine's clock with the provider's: ID Tokens are judged by it."""
    try:
        with time_limit():
            request = requests.Request("GET", metadata_url(provider))
            answer = auth().flow.http.send(provider.name, request)
        off = abs((now() - parsedate_to_datetime(answer.date)).total_seconds())
    except (OAuthError, ValueError, TypeError):
        return "could not be compared: no answer with a date"
    return f"differs by {off:.0f} s: set this machine's clock" if off > CLOCK_SECONDS else ""
