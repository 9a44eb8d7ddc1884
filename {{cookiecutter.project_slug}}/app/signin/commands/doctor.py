"""`flask doctor`: check the setup."""

from collections.abc import Iterable, Iterator
from typing import NoReturn

import click
from flask.cli import with_appcontext

from ..auth import flow
from ..auth import settings as current_settings
from ..config import Settings
from ..oauth.errors import OAuthError
from ..oauth.provider import Client
from . import (
    authorization_check,
    client_checks,
    credential_check,
    discovery_checks,
    env_checks,
    people,
    proxy_check,
    rule_checks,
    server_checks,
    settings_checks,
)
from .console import Command, json_option, print_json
from .findings import Finding, checked, not_checked
from .identities import issuer_problem


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
        _report((settings_checks.of_setting("FAIL", problem) for problem in problems), as_json)

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
    yield from settings_checks.checks(settings)
    yield from env_checks.checks(settings)
    database = server_checks.database()
    yield database
    has_database = database.result == "ok"
    yield from server_checks.redis(settings)
    yield from proxy_check.checks(settings)
    if has_database:
        yield from rule_checks.checks(settings)
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
    yield from client_checks.checks(settings, client)
    if provider.uses_discovery:
        for finding in discovery_checks.checks(settings, client):
            yield finding
            failed = failed or finding.result == "FAIL"
    if failed:
        yield not_checked(credential_check.NAME, "a check above failed")
        return
    yield from _calls(client)


def _calls(client: Client) -> Iterator[Finding]:
    """Yield what the endpoints answer.  The first that is dead is the last that is asked."""
    provider = client.provider
    try:
        metadata = flow().documents.metadata(provider)
    except OAuthError as error:
        yield not_checked(credential_check.NAME, str(error))
        return
    setting = discovery_checks.address_setting(client, "TOKEN_ENDPOINT")
    credentials = credential_check.check(client, metadata, setting)
    yield credentials
    if credentials.result != "ok":
        yield from discovery_checks.unlisted_method(provider, metadata)
    if credentials.result != "FAIL":
        yield authorization_check.check(client, metadata)
        yield from authorization_check.profile(client, metadata)
