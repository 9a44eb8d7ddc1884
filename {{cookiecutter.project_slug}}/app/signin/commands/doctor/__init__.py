"""`flask doctor`: check the setup.

The command, and the checks in the order in which it makes them:

    configuration   the settings that need nothing else
    env_file        the `.env` file itself
    servers         the database and Redis
    proxies         what the proxies in front of the app say
    rules           who is in the database, against the rules about people
    registration    ID, secret and scope at a provider
    discovery       a provider's metadata and keys
    capabilities    what the metadata lists, against the settings
    credentials     what the token endpoint says of them
    authorization   what the other endpoints answer
    people          what people can do, in words
    findings        what a check finds
    reasons         why a server does not answer
"""

from collections.abc import Iterable, Iterator
from typing import NoReturn

import click
from flask.cli import with_appcontext

from ...auth import flow
from ...auth import settings as current_settings
from ...config import Settings
from ...oauth.errors import OAuthError
from ...oauth.provider import Client
from ..console import Command, json_option, print_json
from ..identities import issuer_problem
from . import (
    authorization,
    configuration,
    credentials,
    discovery,
    env_file,
    people,
    proxies,
    registration,
    rules,
    servers,
)
from .findings import Finding, checked, not_checked


@click.command(cls=Command)
@json_option
@with_appcontext
def doctor(as_json: bool) -> None:
    """Check settings, database and each provider.  Exit with 1 if a check fails.

    `ok` was checked and is right, `FAIL` is wrong, `warn` may be wrong, `-` could not be checked,
    `info` says what people can do with these settings.
    """
    _report(_checks(current_settings()), as_json)


def of_problems(problems: Iterable[str]) -> click.Command:
    """Return the command for an app that does not start, because of these problems."""

    @click.command("doctor")
    @json_option
    def command(as_json: bool) -> None:
        _report((configuration.of_setting("FAIL", problem) for problem in problems), as_json)

    return command


def _report(findings: Iterable[Finding], as_json: bool) -> NoReturn:
    """Print each finding as it comes, or all as JSON, and exit."""
    found = []
    for finding in findings:
        found.append(finding)
        if not as_json:
            click.echo(str(finding))
    if as_json:
        print_json([finding.as_json() for finding in found])
    raise SystemExit(1 if any(finding.result == "FAIL" for finding in found) else 0)


def _checks(settings: Settings) -> Iterator[Finding]:
    """Yield all findings."""
    yield from configuration.checks(settings)
    yield from env_file.checks(settings)
    database = servers.database()
    yield database
    has_database = database.result == "ok"
    yield from servers.redis(settings)
    yield from proxies.checks(settings)
    if has_database:
        yield from rules.checks(settings)
    for client in settings.clients.values():
        for finding in _provider_checks(settings, client, database=has_database):
            yield finding.of(client.provider.name)
    for subject, rule in people.rules(settings):
        yield Finding("info", f"{subject}: {rule}")


def _provider_checks(settings: Settings, client: Client, *, database: bool) -> Iterator[Finding]:
    provider, failed = client.provider, False
    yield Finding("ok", f"set up; its callback URL is {client.redirect_uri}")
    if database:
        yield checked("stored identities", *issuer_problem(provider))
    else:
        yield not_checked("stored identities", "the database is not ready")
    yield from registration.checks(settings, client)
    if provider.uses_discovery:
        for finding in discovery.checks(settings, client):
            yield finding
            failed = failed or finding.result == "FAIL"
    if failed:
        yield not_checked(credentials.NAME, "a check above failed")
        return
    yield from _calls(client)


def _calls(client: Client) -> Iterator[Finding]:
    """Yield what the endpoints answer.  The first that is dead is the last that is asked."""
    provider = client.provider
    try:
        metadata = flow().documents.metadata(provider)
    except OAuthError as error:
        yield not_checked(credentials.NAME, str(error))
        return
    setting = discovery.address_setting(client, "TOKEN_ENDPOINT")
    found = credentials.check(client, metadata, setting)
    yield found
    if found.result != "ok":
        yield from discovery.unlisted_method(provider, metadata)
    if found.result != "FAIL":
        yield authorization.check(client, metadata)
        yield from authorization.profile(client, metadata)
