"""Validate settings that need more than a simple type check."""

import importlib.util
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import limits
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ..oauth.provider import Provider
from .reader import ROOT, Reader

KEY_LENGTH = 32
SAMPLE = re.compile(r"change.?me|example|sample|default|insecure|password|placeholder", re.I)
HOST = re.compile(r"[a-z0-9._-]+|[a-f0-9:.]+")
DRIVERS = {"postgresql": "psycopg", "redis": "redis", "rediss": "redis"}


def _development(reader: Reader) -> bool:
    return reader.text("APP_ENV") == "development"


def production(reader: Reader) -> None:
    """Refuse debug mode in production: the debugger can run any code."""
    if not _development(reader) and reader.flag("FLASK_DEBUG", "0"):
        reader.problem("FLASK_DEBUG", "must be off in production")


def http_loopback(reader: Reader, name: str) -> bool:
    """Return whether providers on this machine may be called by plain http."""
    return reader.flag(name, "0") or _development(reader)


def http_hosts(reader: Reader, name: str) -> frozenset[str]:
    """Return the hosts whose providers may be called by plain http, in lower case."""
    found = frozenset(word.lower() for word in reader.words(name))
    if found and not _development(reader):
        reader.problem(name, "is for development only: in production providers need https")
    elif not all(HOST.fullmatch(host) for host in found):
        reader.problem(name, "is not a list of host names like keycloak, without scheme and port")
    return found


def public_url(reader: Reader, name: str) -> str:
    """Return the URL of the app: scheme, host and port."""
    development = _development(reader)
    value = reader.text(name, "http://localhost:8000" if development else "")
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
    elif parts.scheme == "http" and not development:
        reader.problem(name, "must be https:// in production")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}"


def secret_key(reader: Reader, name: str) -> str:
    """Return the signing key.  Short keys and sample keys are refused."""
    key = reader.text(name)
    if not key:
        reader.problem(name, "is missing: run `python scripts/make_env.py`")
    elif len(key) < KEY_LENGTH or len(set(key)) < KEY_LENGTH // 4 or SAMPLE.search(key):
        reader.problem(name, f"is too weak: {KEY_LENGTH} or more random characters")
    if any(len(old) < KEY_LENGTH for old in reader.words(f"{name}_FALLBACKS")):
        reader.problem(f"{name}_FALLBACKS", f"holds a key shorter than {KEY_LENGTH} characters")
    return key


def database_url(reader: Reader, name: str) -> str:
    """Return the URL of the database, with its driver."""
    default = f"sqlite:///{ROOT / 'instance' / 'app.db'}"
    value = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", reader.text(name, default))
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        reader.problem(name, "is not a database URL")
        return default
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        reader.problem(name, "must be sqlite:///… or postgresql://…")
    _need_driver(reader, name, backend)
    if backend == "sqlite" and not _writable(Path(url.database or "")):
        reader.problem(name, "names a file that cannot be written or a folder that does not exist")
    return value


def _writable(file: Path) -> bool:
    """Return whether this file can be written or created.  The app creates `instance` itself."""
    creatable = [ROOT] if file.parent == ROOT / "instance" else []
    nearest = next((path for path in (file, file.parent, *creatable) if path.exists()), None)
    return not file.is_absolute() or (nearest is not None and os.access(nearest, os.W_OK))


def domains(reader: Reader, name: str) -> frozenset[str]:
    """Return a set of domains, in lower case."""
    found = frozenset(word.lower() for word in reader.words(name))
    if not all(re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", domain) for domain in found):
        reader.problem(name, "is not a list of domains like example.org")
    return found


def admins(reader: Reader, chosen: Iterable[Provider]) -> None:
    """Check that each of ADMINS is a `provider:sub` of this app."""
    names = [provider.name for provider in chosen]
    for admin in reader.words("ADMINS"):
        name, colon, sub = admin.partition(":")
        if not (colon and sub) or name not in names:
            reader.problem("ADMINS", "is not a list of provider:sub, with providers of this app")
            return


def storage_uri(reader: Reader, name: str) -> str:
    """Return where rate limits are counted."""
    value = reader.text(name, "memory://")
    scheme, separator, _ = value.partition("://")
    if not separator or scheme not in ("memory", "redis", "rediss"):
        reader.problem(name, "must be memory:// or redis://…")
    _need_driver(reader, name, scheme)
    return value


def _need_driver(reader: Reader, name: str, scheme: str) -> None:
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


def trust_store(reader: Reader, name: str) -> str:
    """Return the file of certificates to trust, or an empty string for certifi's."""
    for variable in (name, "REQUESTS_CA_BUNDLE"):
        value = reader.text(variable)
        if value and not Path(value).is_file():
            reader.problem(variable, "is not a file")
        elif value:
            return value
    return ""
