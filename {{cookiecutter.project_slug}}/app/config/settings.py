"""The settings, checked, with all problems told at once."""

import importlib.util
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

import limits
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from .. import project
from ..oauth.provider import Client, Provider
from ..providers import PROVIDERS
from . import registrations
from .reader import ROOT, ConfigError, Reader

KEY_LENGTH = 32
SAMPLE = re.compile(r"change.?me|example|sample|default|insecure|password|placeholder", re.I)
DRIVERS = {"postgresql": "psycopg", "redis": "redis", "rediss": "redis"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the environment decides."""

    development: bool
    app_name: str
    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    public_url: str
    database_url: str = field(repr=False)
    trusted_proxies: int
    ratelimit_enabled: bool
    ratelimit_storage_uri: str = field(repr=False)
    ratelimit_login: str
    pending_login_seconds: int
    session_idle_minutes: int
    session_max_days: int
    outbound_proxy: str = field(repr=False)
    trust_store: str
    http_loopback: bool
    signup: str
    require_email: str
    allowed_email_domains: frozenset[str]
    admins: frozenset[str]
    link_by_email: str
    profile_sync: str
    audit_days: int
    providers: tuple[Provider, ...]
    clients: Mapping[str, Client]

    def label(self, name: str) -> str:
        """Return how a provider is called on pages, also one that is no longer set up."""
        labels = {provider.name: provider.label for provider in self.providers}
        labels |= {client.provider.name: client.provider.label for client in self.clients.values()}
        return labels.get(name, name)

    @property
    def origin(self) -> str:
        """PUBLIC_URL as a browser names it, without the usual port.  Spec: RFC 6454 §6.2."""
        usual = ":443" if self.https else ":80"
        return self.public_url.removesuffix(usual)

    @property
    def https(self) -> bool:
        """Do users reach the app over https?  Cookies and HSTS follow this."""
        return self.public_url.startswith("https://")


def load(environ: Mapping[str, str], providers: Iterable[Provider] = PROVIDERS) -> Settings:
    """Return the settings that `environ` makes.

    Raises ConfigError, with every problem in it.
    """
    reader = Reader(environ)
    env = reader.text("APP_ENV", "production")
    if env not in ("production", "development"):
        reader.problem("APP_ENV", "is neither production nor development")
    development = env == "development"
    loopback = development or reader.flag("ALLOW_HTTP_LOOPBACK", "0")
    public_url = _public_url(reader, development)
    chosen = tuple(registrations.builtin(reader, provider, loopback) for provider in providers)
    for kind in ("OIDC", "OAUTH"):
        taken = [provider.name for provider in chosen]
        chosen += tuple(registrations.generic_providers(reader, kind, taken, loopback))
    settings = Settings(
        development=development,
        app_name=reader.text("APP_NAME", project.NAME),
        secret_key=_secret_key(reader),
        secret_key_fallbacks=tuple(reader.words("SECRET_KEY_FALLBACKS")),
        public_url=public_url,
        database_url=_database_url(reader),
        trusted_proxies=reader.number("TRUSTED_PROXIES", 0, least=0),
        ratelimit_enabled=reader.flag("RATELIMIT_ENABLED", "1"),
        ratelimit_storage_uri=_storage_uri(reader),
        ratelimit_login=_limit(reader, "RATELIMIT_LOGIN", "30 per minute"),
        pending_login_seconds=reader.number("PENDING_LOGIN_SECONDS", 600, least=1, most=600),
        session_idle_minutes=reader.number("SESSION_IDLE_MINUTES", 10080, least=1),
        session_max_days=reader.number("SESSION_MAX_DAYS", 30, least=1, most=400),
        outbound_proxy=_proxy(reader),
        trust_store=_trust_store(reader),
        http_loopback=loopback,
        signup=reader.choice("SIGNUP", "open", "invite", "closed"),
        require_email=reader.choice("REQUIRE_EMAIL", "no", "yes", "verified"),
        allowed_email_domains=_domains(reader),
        admins=_admins(reader, chosen),
        link_by_email=reader.choice("LINK_BY_EMAIL", "never", "verified"),
        profile_sync=reader.choice("PROFILE_SYNC", "empty", "always", "never"),
        audit_days=reader.number("AUDIT_DAYS", 365, least=1, most=36500),
        providers=chosen,
        clients=registrations.clients(reader, chosen, public_url),
    )
    if not development and reader.flag("FLASK_DEBUG", "0"):
        reader.problem("FLASK_DEBUG", "must not be on in production")
    _check_allow_lists(reader, chosen)
    if reader.problems:
        raise ConfigError(reader.problems)
    return settings


def _public_url(reader: Reader, development: bool) -> str:
    value = reader.text("PUBLIC_URL", "http://localhost:8000" if development else "")
    if not value:
        reader.problem("PUBLIC_URL", "is missing: where users reach the app, https://…")
        return ""
    try:
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    host = parts.hostname or ""
    usable = re.fullmatch(r"[a-z0-9._:-]+", host) and not parts.username
    if parts.scheme not in ("http", "https") or not usable:
        reader.problem("PUBLIC_URL", "is not a URL like https://app.example.org")
    elif parts.path.strip("/") or parts.query or parts.fragment:
        reader.problem("PUBLIC_URL", "must have no path: the app lives at the root of its host")
    elif parts.scheme == "http" and not development:
        reader.problem("PUBLIC_URL", "must be https:// in production")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}"


def _secret_key(reader: Reader) -> str:
    key = reader.text("SECRET_KEY")
    if not key:
        reader.problem("SECRET_KEY", "is missing: run `python scripts/make_env.py`")
    elif len(key) < KEY_LENGTH or len(set(key)) < KEY_LENGTH // 4 or SAMPLE.search(key):
        reader.problem("SECRET_KEY", f"is too weak: {KEY_LENGTH} or more random characters")
    if any(len(old) < KEY_LENGTH for old in reader.words("SECRET_KEY_FALLBACKS")):
        reader.problem("SECRET_KEY_FALLBACKS", f"holds a key shorter than {KEY_LENGTH} characters")
    return key


def _database_url(reader: Reader) -> str:
    default = f"sqlite:///{ROOT / 'instance' / 'app.db'}"
    value = re.sub(
        r"^postgres(ql)?://", "postgresql+psycopg://", reader.text("DATABASE_URL", default)
    )
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        reader.problem("DATABASE_URL", "is not a database URL")
        return default
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        reader.problem("DATABASE_URL", "is neither sqlite:///… nor postgresql://…")
    _need_driver(reader, "DATABASE_URL", backend)
    if backend == "sqlite" and not _writable(Path(url.database or "")):
        reader.problem("DATABASE_URL", "names a file that cannot be written, or has no folder")
    return value


def _writable(file: Path) -> bool:
    """Can this file be written, or made?  The folder `instance` is made when it is needed."""
    made = [ROOT] if file.parent == ROOT / "instance" else []
    nearest = next((path for path in (file, file.parent, *made) if path.exists()), None)
    return not file.is_absolute() or (nearest is not None and os.access(nearest, os.W_OK))


def _domains(reader: Reader) -> frozenset[str]:
    domains = frozenset(word.lower() for word in reader.words("ALLOWED_EMAIL_DOMAINS"))
    if not all(re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", domain) for domain in domains):
        reader.problem("ALLOWED_EMAIL_DOMAINS", "is not a list of domains like example.org")
    return domains


def _admins(reader: Reader, providers: Iterable[Provider]) -> frozenset[str]:
    admins = frozenset(reader.words("ADMINS"))
    names = [provider.name for provider in providers]
    for admin in admins:
        name, colon, sub = admin.partition(":")
        if not (colon and sub) or name not in names:
            reader.problem("ADMINS", "is not a list of provider:sub, with providers of this app")
    return admins


def _check_allow_lists(reader: Reader, providers: Iterable[Provider]) -> None:
    """Refuse an allow-list that is empty or misspelt: it must never come to mean everybody."""
    lists = ["ALLOWED_EMAIL_DOMAINS", "ADMINS"]
    lists += [p.setting(p.members_setting) for p in providers if p.members_setting]
    for name in (*reader.values, *reader.empty):
        if name in lists and not reader.words(name):
            reader.problem(name, "is empty: remove it, or list who may come in")
        elif name not in lists and (meant := get_close_matches(name, lists, 1, 0.7)):
            reader.problem(name, f"is no setting of this app: is {meant[0]} meant?")


def _storage_uri(reader: Reader) -> str:
    value = reader.text("RATELIMIT_STORAGE_URI", "memory://")
    scheme, separator, _ = value.partition("://")
    if not separator or scheme not in ("memory", "redis", "rediss"):
        reader.problem("RATELIMIT_STORAGE_URI", "is neither memory:// nor redis://…")
    _need_driver(reader, "RATELIMIT_STORAGE_URI", scheme)
    return value


def _need_driver(reader: Reader, name: str, scheme: str) -> None:
    driver = DRIVERS.get(scheme)
    if driver and importlib.util.find_spec(driver) is None:
        reader.problem(name, f"needs the Python package {driver}: see docs/deploy.md")


def _limit(reader: Reader, name: str, default: str) -> str:
    value = reader.text(name, default)
    try:
        limits.parse_many(value)
    except ValueError:
        reader.problem(name, f"is not a limit like {default!r}")
    return value


def _proxy(reader: Reader) -> str:
    value = reader.text("OUTBOUND_PROXY")
    if value and urlsplit(value).scheme not in ("http", "https"):
        reader.problem("OUTBOUND_PROXY", "is not an http:// or https:// URL")
    return value


def _trust_store(reader: Reader) -> str:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        value = reader.text(name)
        if value and not Path(value).is_file():
            reader.problem(name, "is not a file")
        elif value:
            return value
    return ""
