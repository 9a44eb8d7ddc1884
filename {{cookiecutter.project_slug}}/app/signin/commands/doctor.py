"""`flask providers` and `flask doctor`: show the setup and check it."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import click
import requests
from flask.cli import with_appcontext

from ..auth import flow
from ..auth import settings as current_settings
from ..config.providers import needed_settings
from ..database import now
from ..oauth.errors import OAuthError
from ..oauth.id_token import SECRET_ALGORITHMS, algorithms
from ..oauth.provider import Provider
from ..oauth.transport.deadline import time_limit
from ..readiness import database_problem

CLOCK_SECONDS = 30


@click.command
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


@click.command
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
        if client.provider.uses_discovery:
            yield f"{name}: discovery and keys", _discovery_problem(client.provider)
            yield f"{name}: PKCE", _pkce_problem(client.provider)
            yield f"{name}: clock", _clock_problem(client.provider)


def _discovery_problem(provider: Provider) -> str:
    try:
        with time_limit():
            metadata = flow().documents.metadata(provider)
            if not set(algorithms(provider, metadata)) <= set(SECRET_ALGORITHMS):
                flow().documents.keys(provider, metadata)
    except OAuthError as error:
        return str(error)
    return ""


def _pkce_problem(provider: Provider) -> str:
    """Check that the provider supports S256, which the app always uses."""
    try:
        methods = flow().metadata(provider).get("code_challenge_methods_supported", ["S256"])
    except OAuthError:
        return ""
    return "" if "S256" in methods else f"S256 is not among the listed methods {methods}"


def _clock_problem(provider: Provider) -> str:
    """Compare this machine's clock with the provider's.  The checks of ID Tokens depend on it."""
    try:
        with time_limit():
            request = requests.Request("GET", provider.discovery_url)
            answer = flow().http.send(provider.name, request)
        off = abs((now() - parsedate_to_datetime(answer.headers.get("Date", ""))).total_seconds())
    except (OAuthError, ValueError, TypeError):
        return "could not be compared: no answer with a date"
    return f"differs by {off:.0f} s: set this machine's clock" if off > CLOCK_SECONDS else ""
