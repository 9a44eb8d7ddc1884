"""Validate settings that need more than a simple type check."""

import importlib.util
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import limits

from ..oauth.provider import Client
from ..oauth.responses import is_loopback
from ..oauth.transport.proxy import DirectHost, direct_host
from .reader import Reader

LOCAL_URL = "http://localhost:8000"
KEY_LENGTH = 32
# What examples and instructions have in place of a value.
PLACEHOLDER = re.compile(r"…|\.{3}|<.*>|your[-_ ].*|change.?me|x{3,}|\*{3,}", re.I)
SAMPLE = re.compile(r"change.?me|example|sample|default|insecure|password|placeholder", re.I)
HOST = re.compile(r"[a-z0-9._-]+|[a-f0-9:.]+")
DRIVERS = {"postgresql": "psycopg", "redis": "redis", "rediss": "redis"}


def environments(reader: Reader) -> None:
    """Refuse development tools in production, and report development at a public address."""
    if reader.development:
        if not _at_this_machine(reader):
            reader.notice(
                "APP_ENV",
                "is development, but PUBLIC_URL is not this machine: set APP_ENV=production on a"
                " server that others can reach",
            )
        return
    # The debugger can run any code, the practice provider signs in anybody.
    for name in ("FLASK_DEBUG", "PRACTICE_PROVIDER"):
        if reader.flag(name, "0"):
            reader.problem(name, "must be off in production")


def placeholders(reader: Reader, clients: Iterable[Client]) -> None:
    """Report client IDs and secrets that are not filled in."""
    for client in clients:
        for ending in ("CLIENT_ID", "CLIENT_SECRET"):
            name = client.provider.setting(ending)
            if PLACEHOLDER.fullmatch(reader.text(name)):
                reader.incomplete.append(f"{name} is a placeholder: fill in the real value")


def http_loopback(reader: Reader, name: str) -> bool:
    """Return whether providers on this machine may be called by plain http."""
    return reader.flag(name, "0") or reader.development


def practice_provider(reader: Reader, name: str) -> bool:
    """Return whether the practice provider is there, which signs in anybody as anybody."""
    by_default = "1" if _at_this_machine(reader) else "0"
    return reader.development and reader.flag(name, by_default)


def _at_this_machine(reader: Reader) -> bool:
    """Return whether PUBLIC_URL is an address that only this machine has."""
    try:
        host = urlsplit(reader.text("PUBLIC_URL", LOCAL_URL)).hostname or ""
    except ValueError:
        return False
    return is_loopback(host) or host.endswith(".localhost")


def http_hosts(reader: Reader, name: str) -> frozenset[str]:
    """Return the hosts whose providers may be called by plain http, in lower case."""
    found = frozenset(word.lower() for word in reader.words(name))
    if found and not reader.development:
        reader.problem(name, "is for development only: in production providers need https")
    elif not all(HOST.fullmatch(host) for host in found):
        reader.problem(name, "is not a list of host names like id-server, without scheme and port")
    return found


def public_url(reader: Reader, name: str) -> str:
    """Return the URL of the app: scheme, host and port."""
    value = reader.text(name, LOCAL_URL if reader.development else "")
    if not value:
        reader.problem(
            name, "is missing: set it to the URL of the app, such as https://app.example.org"
        )
        return ""
    try:
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    host = parts.hostname or ""
    usable = re.fullmatch(r"[a-z0-9._:-]+", host) and not parts.username
    if parts.scheme not in ("http", "https") or not usable:
        reader.problem(name, "is not a URL like https://app.example.org")
    elif parts.path.strip("/") or parts.query or parts.fragment:
        reader.problem(name, "must have no path: the app must be at the root of its host")
    elif parts.scheme == "http" and not reader.development:
        reader.problem(name, "must be https:// in production")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}"


def secret_key(reader: Reader, name: str) -> str:
    """Return the signing key.  Short keys and sample keys are refused.

    An app that had such a key before sign-in came may keep it in development.
    """
    key = reader.text(name)
    if not key:
        reader.problem(name, "is missing: run `python scripts/make_env.py`")
    elif _weak(key):
        tell = reader.notice if reader.development and name in reader.of_app else reader.problem
        tell(name, f"is too weak: {KEY_LENGTH} or more random characters")
    return key


def old_keys(reader: Reader, name: str) -> tuple[str, ...]:
    """Return the former signing keys.  They sign cookies as well as the new one does."""
    keys = tuple(reader.words(name))
    if any(map(_weak, keys)):
        reader.problem(name, f"holds a weak key: {KEY_LENGTH} or more random characters each")
    return keys


def _weak(key: str) -> bool:
    """Return whether a key is short, repetitive or a sample."""
    return bool(len(key) < KEY_LENGTH or len(set(key)) < KEY_LENGTH // 4 or SAMPLE.search(key))


def storage_uri(reader: Reader, name: str) -> str:
    """Return where rate limits are counted."""
    value = reader.text(name, "memory://")
    scheme, separator, _ = value.partition("://")
    if not separator or scheme not in ("memory", "redis", "rediss"):
        reader.problem(name, "must be memory:// or redis://…")
    need_driver(reader, name, scheme)
    return value


def need_driver(reader: Reader, name: str, scheme: str) -> None:
    """Check that the Python package for this kind of URL is installed."""
    driver = DRIVERS.get(scheme)
    if driver and importlib.util.find_spec(driver) is None:
        reader.problem(name, f"needs the Python package {driver}: see docs/deploy.md")


def limit(default: str) -> Callable[[Reader, str], str]:
    """Read a rate limit."""

    def read(reader: Reader, name: str) -> str:
        value = reader.text(name, default)
        try:
            limits.parse_many(value)
        except ValueError:
            reader.problem(name, f"is not a limit like {default!r}")
        return value

    return read


def proxy(reader: Reader, name: str) -> str:
    """Return the URL of a proxy, or an empty string."""
    value = reader.text(name)
    if value and urlsplit(value).scheme not in ("http", "https"):
        reader.problem(name, "is not an http:// or https:// URL")
    return value


def no_proxy(reader: Reader, name: str) -> tuple[DirectHost, ...]:
    """Return the hosts that the proxy is not for."""
    try:
        return tuple(direct_host(word) for word in reader.words(name))
    except ValueError:
        reader.problem(name, "is not a list of hosts, .suffixes, addresses and networks")
        return ()


def trust_store(reader: Reader, name: str) -> str:
    """Return the file of certificates to trust, or an empty string for certifi's."""
    for variable in (name, "REQUESTS_CA_BUNDLE"):
        value = reader.text(variable)
        if value and not Path(value).is_file():
            reader.problem(variable, "is not a file")
        elif value:
            return value
    return ""
