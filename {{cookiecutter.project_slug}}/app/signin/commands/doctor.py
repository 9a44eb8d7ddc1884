"""`flask doctor`: check the setup."""

import ipaddress
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import click
from flask.cli import with_appcontext
from limits.storage import storage_from_string

from ..auth import settings as current_settings
from ..config import Settings
from ..oauth.provider import Client
from ..oauth.responses import is_loopback
from ..readiness import connection_problem, database_problem
from . import credential_check, discovery_checks
from .console import Command, json_option, print_json
from .identities import issuer_problem

# What a program reads in place of the words for people.
RESULTS = {"FAIL": "fail", "-": "not checked"}


@click.command(cls=Command)
@json_option
@with_appcontext
def doctor(as_json: bool) -> None:
    """Check settings, database and each provider.  Exit with 1 if a check fails.

    `ok` was checked and is right, `FAIL` is wrong, `warn` may be wrong, `-` could not be checked.
    """
    results = []
    for result, what in _checks():
        results.append({"result": RESULTS.get(result, result), "check": what})
        if not as_json:
            click.echo(f"{result:<6}{what}")
    if as_json:
        print_json(results)
    raise SystemExit(1 if any(one["result"] == "fail" for one in results) else 0)


def _checks() -> Iterator[tuple[str, str]]:
    """Yield the result of each check and what it says."""
    settings = current_settings()
    yield from _settings_checks(settings)
    problem = connection_problem() or database_problem()
    yield discovery_checks.result("database and migrations", problem or "")
    if settings.ratelimit_storage_uri.startswith("redis"):
        yield _redis(settings)
    if not settings.clients and not settings.development:
        yield "FAIL", "providers: none is set up, so nobody can sign in: see flask providers"
    for client in settings.clients.values():
        yield from _provider_checks(client, database=not problem)


def _provider_checks(client: Client, *, database: bool) -> Iterator[tuple[str, str]]:
    name, failed = client.provider.name, False
    yield "ok", f"{name}: set up; its callback URL is {client.redirect_uri}"
    if database:
        yield discovery_checks.result(f"{name}: stored identities", issuer_problem(client.provider))
    else:
        yield "-", f"{name}: stored identities: not checked"
    if client.provider.uses_discovery:
        for result, what in discovery_checks.checks(client.provider):
            yield result, f"{name}: {what}"
            failed = failed or result == "FAIL"
    result, says = ("-", "not checked") if failed else credential_check.check(client)
    yield result, f"{name}: client ID and secret" + (f": {says}" if says else "")


def _settings_checks(settings: Settings) -> Iterator[tuple[str, str]]:
    for problem in settings.incomplete:
        yield "FAIL", f"settings: {problem}"
    for notice in settings.notices:
        yield "warn", f"settings: {notice}"
    if not settings.incomplete:
        yield "ok", "settings"
    public = urlsplit(settings.public_url)
    if settings.clients and _is_private(public.hostname or ""):
        labels = ", ".join(client.provider.label for client in settings.clients.values())
        yield (
            "warn",
            f"PUBLIC_URL: {public.hostname} is an address of a private network, which {labels} may"
            " refuse in callback URLs: use localhost or a public host name",
        )
    port, served = public.port, os.environ.get("FLASK_RUN_PORT")
    if settings.development and served and is_loopback(public.hostname) and str(port) != served:
        yield "warn", f"PUBLIC_URL: has port {port}, but flask run serves {served} (FLASK_RUN_PORT)"


def _is_private(host: str) -> bool:
    """Return whether a host is reachable in a private network only, this machine aside."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host != "localhost" and (
            "." not in host or host.endswith((".local", ".lan", ".internal", ".home.arpa"))
        )
    return not address.is_global and not address.is_loopback


def _redis(settings: Settings) -> tuple[str, str]:
    limits: dict[str, Any] = {"socket_timeout": 3, "socket_connect_timeout": 3}
    if storage_from_string(settings.ratelimit_storage_uri, **limits).check():
        return "ok", "rate limits: Redis answers"
    return "FAIL", "rate limits: Redis does not answer: see RATELIMIT_STORAGE_URI"
