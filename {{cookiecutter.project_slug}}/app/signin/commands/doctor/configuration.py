"""The checks of `flask doctor` that need the settings only."""

import ipaddress
import os
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import limits

from ...config import Settings
from ...config.callback import needed_public_url
from ...oauth.responses import is_loopback
from . import registration
from .findings import Finding

# Seconds that a person may need at a provider, with a second factor.
LITTLE_TIME = 60
# A limit with fewer sign-ins, or less than one an hour, keeps a small office out.
FEW = 5
HOUR = 3600


def checks(settings: Settings) -> Iterator[Finding]:
    """Yield the problems of single settings, and those of settings that do not fit together."""
    for told in settings.incomplete:
        yield of_setting("FAIL", told)
    for told in settings.notices:
        yield of_setting("warn", told)
    if not settings.incomplete:
        yield Finding("ok", "settings")
    yield from _public_url(settings)
    if not settings.development:
        yield from _production(settings)
    yield from _looks_right(settings)
    idle, most = settings.session_idle_minutes, settings.session_max_days * 24 * 60
    if idle > most:
        problem = f"{idle} minutes are longer than SESSION_MAX_DAYS ({settings.session_max_days})"
        yield Finding("warn", "SESSION_IDLE_MINUTES", problem, "make it shorter, or remove it")
    if not settings.clients and not settings.development:
        problem = "none is set up, so nobody can sign in"
        yield Finding("FAIL", "providers", problem, "set one up: see flask providers")


def _looks_right(settings: Settings) -> Iterator[Finding]:
    """Yield what keeps people out, or does nothing, although each value is a good one."""
    if settings.pending_login_seconds < LITTLE_TIME:
        problem = f"{settings.pending_login_seconds} seconds are short for a sign-in at a provider"
        yield Finding("warn", "PENDING_LOGIN_SECONDS", problem, "remove it: 600 is the default")
    for limit in limits.parse_many(settings.ratelimit_login):
        if limit.amount < FEW or limit.get_expiry() > limit.amount * HOUR:
            problem = f"{limit} makes people wait who share an address, as in an office"
            yield Finding("warn", "RATELIMIT_LOGIN", problem, "allow more, such as 30 per minute")
    if settings.secret_key in settings.secret_key_fallbacks:
        problem = "contains SECRET_KEY itself, not the key before it"
        yield Finding("warn", "SECRET_KEY_FALLBACKS", problem, "put the old key there")
    if settings.unrestricted_providers and not _has_lists(settings):
        problem = "has no effect, since no provider lets in only members"
        yield Finding("warn", "UNRESTRICTED_PROVIDERS", problem, "remove it, or set the list")
    labels = Counter(client.provider.label for client in settings.clients.values())
    for label in (label for label, count in labels.items() if count > 1):
        problem = f"several have the label {label}, so nobody can tell their buttons apart"
        yield Finding("warn", "providers", problem, "set another …_LABEL for one")


def _has_lists(settings: Settings) -> bool:
    return any(
        setting.allow_list and client.settings.get(setting.ending)
        for client in settings.clients.values()
        for setting in client.provider.settings
    )


def of_setting(result: str, told: str) -> Finding:
    """Return what was told of a setting: its problem, then what to do."""
    problem, _, do = told.partition(": ")
    return Finding(result, "settings", problem, do)


def _public_url(settings: Settings) -> Iterator[Finding]:
    public = urlsplit(settings.public_url)
    host, port = public.hostname or "", public.port
    if settings.clients and _is_private(host):
        labels = ", ".join(client.provider.label for client in settings.clients.values())
        yield Finding(
            "warn",
            "PUBLIC_URL",
            f"{host} is an address of a private network, which {labels} may refuse in callback"
            " URLs",
            "use localhost or a public host name",
        )
    if settings.development and is_loopback(host):
        yield from _served(settings.https, host, port)
    if not settings.development and is_loopback(host):
        problem = f"{host} is this machine: nobody else can open it"
        yield Finding("warn", "PUBLIC_URL", problem, "set it to the address that people use")
    for client in settings.clients.values():
        if registration.is_elsewhere(client.provider):
            continue
        if needed := needed_public_url(client.provider, settings.public_url):
            problem = f"{client.provider.label} does not accept {host} in callback URLs"
            do = f"set it to {needed}, and open the app there"
            yield Finding("warn", "PUBLIC_URL", problem, do)


def _served(https: bool, host: str, port: int | None) -> Iterator[Finding]:
    """Yield that `flask run` does not serve PUBLIC_URL."""
    served, problem = os.environ.get("FLASK_RUN_PORT"), ""
    if served and str(port) != served:
        has = f"port {port}" if port else "no port"
        problem = f"has {has}, but flask run serves {served} (FLASK_RUN_PORT)"
    elif served and https and not os.environ.get("FLASK_RUN_CERT"):
        problem = f"is https, but flask run serves http at port {served}"
    if problem:
        yield Finding("warn", "PUBLIC_URL", problem, f"set it to http://{host}:{served}")


def _is_private(host: str) -> bool:
    """Return whether a host is reachable in a private network only, this machine aside."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host != "localhost" and (
            "." not in host or host.endswith((".local", ".lan", ".internal", ".home.arpa"))
        )
    return not address.is_global and not address.is_loopback


def _production(settings: Settings) -> Iterator[Finding]:
    """Yield what works and is not meant for production."""
    workers, memory = os.environ.get("WEB_CONCURRENCY", "1"), settings.ratelimit_storage_uri
    if not settings.ratelimit_enabled:
        problem = "is off, so anybody may try as often as they like"
        yield Finding("warn", "RATELIMIT_ENABLED", problem, "remove it")
    elif workers not in ("", "0", "1") and memory.startswith("memory"):
        problem = f"each of {workers} processes (WEB_CONCURRENCY) counts for itself"
        yield Finding("warn", "RATELIMIT_STORAGE_URI", problem, "set it to redis://…")
    if settings.allow_http_loopback:
        problem = "is on: providers may be called by plain http on this machine"
        yield Finding("warn", "ALLOW_HTTP_LOOPBACK", problem, "remove it, since it is for tests")
