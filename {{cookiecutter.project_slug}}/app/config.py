"""The settings: the environment, read once and checked, with all problems told at once."""

import importlib.util
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import limits
from dotenv import dotenv_values
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from . import project
from .oauth.answers import allowed_url
from .oauth.id_token import KEY_TYPES
from .oauth.provider import Client, Provider
from .providers import PROVIDERS, generic

ROOT = Path(__file__).resolve().parents[1]
KEY_LENGTH = 32
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
REPLACEABLE = ("ISSUER", "BASE_URL", "API_URL", "AUTH_METHOD", "SCOPE")
COMMON_ENDINGS = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL", "SCOPE", "AUTH_METHOD")
OIDC_ENDINGS = (*COMMON_ENDINGS, "ID_TOKEN_ALG")
OAUTH_ENDPOINTS = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT")
OAUTH_CLAIMS = ("SUB", "EMAIL", "EMAIL_VERIFIED", "NAME", "PICTURE")
OAUTH_ENDINGS = (*OAUTH_ENDPOINTS, *COMMON_ENDINGS, *OAUTH_CLAIMS)
DRIVERS = {"postgresql": "psycopg", "redis": "redis", "rediss": "redis"}


class ConfigError(Exception):
    """The settings cannot be used; the message names each problem, and no value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"The settings need attention:{lines}")


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


def environment(file: Path = ROOT / ".env") -> dict[str, str]:
    """Return the variables of the process, completed by those of a `.env` file.

    `flask run` has put the file's values into the process before it starts the reloader, so a
    restarted child would see the old values for ever: their names are passed on to it, and the
    file is read again.
    """
    names = os.environ.get("DOTENV_NAMES", "").split(",")
    process = {name: value for name, value in os.environ.items() if name not in names}
    written = {name: value for name, value in dotenv_values(file).items() if value is not None}
    from_file = [name for name, value in written.items() if process.get(name, value) == value]
    os.environ["DOTENV_NAMES"] = ",".join(from_file)
    os.environ.update({name: written[name] for name in from_file})
    return {**written, **process}


def load(environ: Mapping[str, str], providers: Iterable[Provider] = PROVIDERS) -> Settings:
    """Return the settings that `environ` makes.

    Raises ConfigError, with every problem in it.
    """
    reader = _Reader(environ)
    env = reader.text("APP_ENV", "production")
    if env not in ("production", "development"):
        reader.problem("APP_ENV", "is neither production nor development")
    development = env == "development"
    loopback = development or reader.flag("ALLOW_HTTP_LOOPBACK", "0")
    public_url = _public_url(reader, development)
    chosen = tuple(_builtin(reader, provider, loopback) for provider in providers)
    for kind in ("OIDC", "OAUTH"):
        taken = [provider.name for provider in chosen]
        chosen += tuple(_generic(reader, kind, taken, loopback))
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
        audit_days=reader.number("AUDIT_DAYS", 365, least=1),
        providers=chosen,
        clients=_clients(reader, chosen, public_url),
    )
    if not development and reader.flag("FLASK_DEBUG", "0"):
        reader.problem("FLASK_DEBUG", "must not be on in production")
    _check_allow_lists(reader, chosen)
    if reader.problems:
        raise ConfigError(reader.problems)
    return settings


class _Reader:
    """The environment, and what was found wrong with it.  An empty value counts as unset."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        stripped = {name: value.strip() for name, value in environ.items()}
        self.values = {name: value for name, value in stripped.items() if value}
        self.empty = [name for name, value in stripped.items() if not value]
        self.problems: list[str] = []

    def problem(self, name: str, text: str) -> None:
        self.problems.append(f"{name} {text}")

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def words(self, name: str) -> list[str]:
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def flag(self, name: str, default: str) -> bool:
        value = self.text(name, default).lower()
        if value not in ("0", "1", "no", "yes", "false", "true", "off", "on"):
            self.problem(name, "is neither 0 nor 1")
        return value in ("1", "yes", "true", "on")

    def choice(self, name: str, *values: str) -> str:
        value = self.text(name, values[0])
        if value not in values:
            self.problem(name, f"is none of {', '.join(values)}")
        return value

    def number(self, name: str, default: int, *, least: int, most: int = 10**9) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or not least <= int(value) <= most:
            self.problem(name, f"is not a whole number from {least} to {most}")
            return default
        return int(value)

    def url(self, name: str, *, loopback: bool) -> str:
        value = self.text(name)
        if value and not allowed_url(value, loopback=loopback):
            hint = " (or http:// on this machine)" if loopback else ""
            self.problem(name, f"is not an https:// URL{hint}")
        return value


def _public_url(reader: _Reader, development: bool) -> str:
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
    if parts.scheme not in ("http", "https") or not host or parts.username or not value.isascii():
        reader.problem("PUBLIC_URL", "is not a URL like https://app.example.org")
    elif parts.path.strip("/") or parts.query or parts.fragment:
        reader.problem("PUBLIC_URL", "must have no path: the app lives at the root of its host")
    elif parts.scheme == "http" and not development:
        reader.problem("PUBLIC_URL", "must be https:// in production")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}"


def _secret_key(reader: _Reader) -> str:
    key = reader.text("SECRET_KEY")
    if not key:
        reader.problem("SECRET_KEY", "is missing: run `python scripts/make_env.py`")
    elif len(key) < KEY_LENGTH or len(set(key)) < KEY_LENGTH // 4:
        reader.problem("SECRET_KEY", f"is too weak: {KEY_LENGTH} or more random characters")
    if any(len(old) < KEY_LENGTH for old in reader.words("SECRET_KEY_FALLBACKS")):
        reader.problem("SECRET_KEY_FALLBACKS", f"holds a key shorter than {KEY_LENGTH} characters")
    return key


def _database_url(reader: _Reader) -> str:
    default = f"sqlite:///{ROOT / 'instance' / 'app.db'}"
    value = re.sub(
        r"^postgres(ql)?://", "postgresql+psycopg://", reader.text("DATABASE_URL", default)
    )
    try:
        url = make_url(value)
    except ArgumentError:
        reader.problem("DATABASE_URL", "is not a database URL")
        return default
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        reader.problem("DATABASE_URL", "is neither sqlite:///… nor postgresql://…")
    _need_driver(reader, "DATABASE_URL", backend)
    if value == default:
        try:
            (ROOT / "instance").mkdir(exist_ok=True)
        except OSError as error:
            reader.problem("DATABASE_URL", f"is not set, and instance/ cannot be made: {error}")
    return value


def _domains(reader: _Reader) -> frozenset[str]:
    domains = frozenset(word.lower() for word in reader.words("ALLOWED_EMAIL_DOMAINS"))
    if not all(re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", domain) for domain in domains):
        reader.problem("ALLOWED_EMAIL_DOMAINS", "is not a list of domains like example.org")
    return domains


def _admins(reader: _Reader, providers: Iterable[Provider]) -> frozenset[str]:
    admins = frozenset(reader.words("ADMINS"))
    names = [provider.name for provider in providers]
    for admin in admins:
        name, colon, sub = admin.partition(":")
        if not (colon and sub) or name not in names:
            reader.problem("ADMINS", "is not a list of provider:sub, with providers of this app")
    return admins


def _check_allow_lists(reader: _Reader, providers: Iterable[Provider]) -> None:
    """Refuse an allow-list that is empty or misspelt: it must never come to mean everybody."""
    lists = ["ALLOWED_EMAIL_DOMAINS", "ADMINS"]
    lists += [p.setting(p.members_setting) for p in providers if p.members_setting]
    for name in (*reader.values, *reader.empty):
        if name in lists and not reader.words(name):
            reader.problem(name, "is empty: remove it, or list who may come in")
        elif name not in lists and (meant := get_close_matches(name, lists, 1, 0.85)):
            reader.problem(name, f"is no setting of this app: is {meant[0]} meant?")


def _storage_uri(reader: _Reader) -> str:
    value = reader.text("RATELIMIT_STORAGE_URI", "memory://")
    scheme = value.partition("://")[0]
    if scheme not in ("memory", "redis", "rediss"):
        reader.problem("RATELIMIT_STORAGE_URI", "is neither memory:// nor redis://…")
    _need_driver(reader, "RATELIMIT_STORAGE_URI", scheme)
    return value


def _need_driver(reader: _Reader, name: str, scheme: str) -> None:
    driver = DRIVERS.get(scheme)
    if driver and importlib.util.find_spec(driver) is None:
        reader.problem(name, f"needs the Python package {driver}: see docs/deploy.md")


def _limit(reader: _Reader, name: str, default: str) -> str:
    value = reader.text(name, default)
    try:
        limits.parse_many(value)
    except ValueError:
        reader.problem(name, f"is not a limit like {default!r}")
    return value


def _proxy(reader: _Reader) -> str:
    value = reader.text("OUTBOUND_PROXY")
    if value and urlsplit(value).scheme not in ("http", "https"):
        reader.problem("OUTBOUND_PROXY", "is not an http:// or https:// URL")
    return value


def _trust_store(reader: _Reader) -> str:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        value = reader.text(name)
        if value and not Path(value).is_file():
            reader.problem(name, "is not a file")
        elif value:
            return value
    return ""


def _builtin(reader: _Reader, provider: Provider, loopback: bool) -> Provider:
    """Return a provider of `providers/` with what the environment replaces."""
    changes: dict[str, Any] = {
        ending.lower(): value
        for ending in REPLACEABLE
        if (value := reader.text(provider.setting(ending)))
    }
    for ending in ("ISSUER", "BASE_URL", "API_URL"):
        reader.url(provider.setting(ending), loopback=loopback)
    _check_auth_method(reader, provider.setting("AUTH_METHOD"))
    if provider.members_setting and (
        names := reader.words(provider.setting(provider.members_setting))
    ):
        changes["members_of"] = tuple(name.casefold() for name in names)
        changes["scope"] = (
            f"{changes.get('scope', provider.scope)} {provider.members_scope}".strip()
        )
    return provider.at(**changes)


def _generic(reader: _Reader, kind: str, taken: list[str], loopback: bool) -> Iterable[Provider]:
    """Return the providers that `OIDC_<NAME>_…` or `OAUTH_<NAME>_…` variables describe."""
    endings = OIDC_ENDINGS if kind == "OIDC" else OAUTH_ENDINGS
    found: dict[str, dict[str, str]] = {}
    longest_first = "|".join(sorted(endings, key=len, reverse=True))
    for variable, value in sorted(reader.values.items()):
        if not variable.startswith(f"{kind}_"):
            continue
        match = re.fullmatch(rf"{kind}_([A-Z0-9_]*?[A-Z0-9])_({longest_first})", variable)
        if match is None:
            reader.problem(variable, f"is not one of {kind}_<NAME>_{{{', '.join(endings)}}}")
            continue
        found.setdefault(match[1], {})[match[2]] = value
    make = generic.openid_provider if kind == "OIDC" else generic.oauth_provider
    for name, settings in found.items():
        prefix = f"{kind}_{name}"
        needed = ("ISSUER",) if kind == "OIDC" else OAUTH_ENDPOINTS
        missing = [ending for ending in needed if ending not in settings]
        for ending in missing:
            reader.problem(f"{prefix}_{ending}", "is missing")
        for ending in ("ISSUER", *OAUTH_ENDPOINTS):
            reader.url(f"{prefix}_{ending}", loopback=loopback)
        if name.lower() in (*taken, "error") or name.startswith("PRACTICE"):
            reader.problem(f"{prefix}_…", f"takes the name {name.lower()}, which is in use")
        _check_auth_method(reader, f"{prefix}_AUTH_METHOD")
        if kind == "OIDC" and "openid" not in settings.get("SCOPE", "openid").split():
            reader.problem(f"{prefix}_SCOPE", "lacks openid")
        if settings.get("ID_TOKEN_ALG", "RS256") not in (*KEY_TYPES, "HS256"):
            reader.problem(f"{prefix}_ID_TOKEN_ALG", f"is none of {', '.join(KEY_TYPES)}, HS256")
        if not missing:
            yield make(name, settings)


def _check_auth_method(reader: _Reader, name: str) -> None:
    if reader.text(name, "none") not in AUTH_METHODS:
        reader.problem(name, f"is none of {', '.join(AUTH_METHODS)}")


def _clients(reader: _Reader, providers: Iterable[Provider], public_url: str) -> dict[str, Client]:
    """Return our registrations: the providers whose settings are complete."""
    clients = {}
    for provider in providers:
        id_name, secret_name = provider.setting("CLIENT_ID"), provider.setting("CLIENT_SECRET")
        client_id, client_secret = reader.text(id_name), reader.text(secret_name)
        public = provider.auth_method == "none"
        if client_id and (client_secret or public):
            clients[provider.name] = Client(
                provider=provider,
                client_id=client_id,
                client_secret="" if public else client_secret,
                redirect_uri=f"{public_url}/callback/{provider.name}",
            )
        elif client_id or client_secret or provider.settings_prefix:
            if not client_id:
                reader.problem(id_name, f"is missing for {provider.label}")
            if not client_secret and not public:
                reader.problem(secret_name, f"is missing for {provider.label}")
    return clients
