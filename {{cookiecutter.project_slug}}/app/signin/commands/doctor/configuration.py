"""The checks of `flask doctor` that need the settings only."""

import ipaddress
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from ...config import Settings
from ...config.callback import needed_public_url
from ...oauth.responses import is_loopback
from . import registration
from .findings import Finding


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
    idle, most = settings.session_idle_minutes, settings.session_max_days * 24 * 60
    if idle > most:
        problem = f"{idle} minutes are longer than SESSION_MAX_DAYS ({settings.session_max_days})"
        yield Finding("warn", "SESSION_IDLE_MINUTES", problem, "make it shorter, or remove it")
    if not settings.clients and not settings.development:
        problem = "none is set up, so nobody can sign in"
        yield Finding("FAIL", "providers", problem, "set one up: see flask providers")


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
