"""Validate settings that need more than a simple type check."""

import importlib.util
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

import limits

from ..oauth.provider import Client
from ..oauth.responses import is_loopback
from .reader import Reader

LOCAL_URL = "http://localhost:8000"
KEY_LENGTH = 32
NEW_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
# What examples and instructions have in place of a value.
PLACEHOLDER = re.compile(r"…|\.{3}|<.*>|your[-_ ].*|change.?me|x{3,}|\*{3,}", re.I)
# What may be one, and may be the name of a client at a server of the owner's.
DOUBTFUL = re.compile(
    r"\[.*\]|\{.*\}|(paste|insert|enter)[-_ ].*|.*[-_ ]here|replace.?me|todo|tbd|none|null"
    r"|client[-_ ]?(id|secret)|[*•●]{3,}.*",
    re.I,
)
SAMPLE = re.compile(
    r"change.?me|example|sample|default|insecure|password|placeholder|never.?guess|keyboard.?cat"
    r"|^[\w.]+\(.*\)$",
    re.I,
)
# What many examples have, and a key of one's own may have too.
FROM_AN_EXAMPLE = re.compile(r"(super|my).?secret|secret.?key", re.I)
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
    """Report client IDs and secrets that are not filled in, or do not look like it."""
    for client in clients:
        for ending in ("CLIENT_ID", "CLIENT_SECRET"):
            name = client.provider.setting(ending)
            if PLACEHOLDER.fullmatch(reader.text(name)):
                reader.incomplete.append(f"{name} is a placeholder: fill in the real value")
            elif DOUBTFUL.fullmatch(reader.text(name)):
                reader.notice(name, "looks like a placeholder: fill in the real value")
        if client.client_secret and client.client_secret == client.client_id:
            own = client.provider.setting
            reader.notice(own("CLIENT_SECRET"), f"is the same as {own('CLIENT_ID')}: copy each")


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
    if problem := _public_url_problem(reader, parts):
        reader.problem(name, problem)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}"


def _public_url_problem(reader: Reader, parts: SplitResult) -> str:
    """Return what is wrong with PUBLIC_URL, or an empty string."""
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or parts.username or not host:
        return "is not a URL like https://app.example.org"
    if not host.isascii():
        with suppress(UnicodeError):
            return (
                f"must be written in ASCII: {host.encode('idna').decode()} is the name of the host"
            )
    if "." not in host and PLACEHOLDER.fullmatch(host):
        return "has a placeholder as its host: write the address that people use"
    if not re.fullmatch(r"[a-z0-9._:-]+", host) or not host.strip("0.:"):
        return "does not name a host that browsers can open, such as https://app.example.org"
    if host.endswith("."):
        return "ends with a dot: remove it, since browsers take it for another site"
    if parts.path.strip("/") or parts.query or parts.fragment:
        return "must have no path: the app must be at the root of its host"
    if parts.scheme == "http" and not reader.development:
        here = " (on your own machine, set APP_ENV=development)" if is_loopback(host) else ""
        return f"must be https:// in production{here}"
    return ""


def secret_key(reader: Reader, name: str) -> str:
    """Return the signing key.  Short keys and sample keys are refused.

    An app that had such a key before sign-in came may keep it in development.
    """
    key = reader.text(name)
    if not key:
        reader.problem(name, "is missing: run `python scripts/make_env.py`")
    elif _weak(key):
        tell = reader.notice if reader.development and name in reader.of_app else reader.problem
        tell(name, f"is too weak: set {KEY_LENGTH} or more random characters, from {NEW_KEY}")
    elif FROM_AN_EXAMPLE.search(key):
        reader.notice(name, f"looks like an example's: set a new one, from {NEW_KEY}")
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
    elif scheme != "memory":
        _check_redis(reader, name, value)
    need_driver(reader, name, scheme)
    return value


def _check_redis(reader: Reader, name: str, value: str) -> None:
    """Refuse a URL of Redis that cannot be read, or whose database would not be used."""
    try:
        parts = urlsplit(value)
        usable = parts.hostname is not None and parts.port != 0 and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        reader.problem(
            name,
            "is not a URL like redis://:password@host:6379/0: in its password write # as %23, / as"
            " %2F and @ as %40",
        )
    elif not re.fullmatch(r"/?\d*", parts.path):
        reader.problem(name, "does not end with the number of a database, such as /0")


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
            usable = all(limit.amount for limit in limits.parse_many(value))
        except ValueError:
            usable = False
        if not usable:
            reader.problem(name, f"is not a limit like {default!r}")
        return value

    return read
