"""Every setting: its name, its default, how it is read and what it means.

A field of `Settings` is read from the variable of the same name in capitals.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..oauth.provider import Client, Provider
from ..oauth.transport.proxy import DirectHost
from ..providers import load as all_providers
from . import access, checks, copied, database, generic_providers, look, names, outbound, providers
from .errors import ConfigError
from .reader import Reader


def setting(
    read: Callable[[Reader, str], Any], default: str, meaning: str, *, secret: bool = False
) -> Any:
    """Return a field of `Settings`; `default` and `meaning` are the texts of docs/settings.md."""
    row = {"read": read, "default": default, "meaning": meaning}
    return field(repr=not secret, metadata=row)


def text(default: str = "") -> Callable[[Reader, str], str]:
    """Read a text."""
    return lambda reader, name: reader.text(name, default)


def words(reader: Reader, name: str) -> tuple[str, ...]:
    """Read a comma-separated list."""
    return tuple(reader.words(name))


def flag(default: str) -> Callable[[Reader, str], bool]:
    """Read a boolean."""
    return lambda reader, name: reader.flag(name, default)


def choice(default: str, *others: str) -> Callable[[Reader, str], str]:
    """Read one of several words."""
    return lambda reader, name: reader.choice(name, default, *others)


def number(default: int, *, least: int, most: int = 10**9) -> Callable[[Reader, str], int]:
    """Read a whole number."""
    return lambda reader, name: reader.number(name, default, least=least, most=most)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, as read from the environment."""

    app_env: str = setting(
        choice("production", "development"),
        "`production`; the generated `.env` says `development`",
        "`production` or `development`",
    )
    app_name: str = setting(text(), "the project's name", "The title of every page")
    app_logo: str = setting(
        look.logo,
        "`icon.svg`",
        "The logo in the header, on the sign-in page and in the browser's tab: a picture in "
        "`app/static/`",
    )
    app_accent: str = setting(
        look.color,
        "green",
        "The color of buttons and links, such as `#0b6b5d`. Lighter and darker shades of it keep "
        "texts readable, in the light and in the dark look",
    )
    terms_url: str = setting(
        look.link,
        "none",
        "Your terms of service: a URL, or a path of this app. Linked in the footer and on the "
        "sign-in page",
    )
    privacy_url: str = setting(look.link, "none", "Your privacy policy, linked as the terms are")
    secret_key: str = setting(
        checks.secret_key,
        "none: required",
        "The key that signs cookies: 32 or more random characters",
        secret=True,
    )
    secret_key_fallbacks: tuple[str, ...] = setting(
        checks.old_keys,
        "none",
        "Older keys, comma-separated, whose cookies are still accepted",
        secret=True,
    )
    public_url: str = setting(
        checks.public_url,
        "`http://localhost:8000` in development; required in production",
        "The URL of the app. Callback URLs are built only from it",
    )
    hsts_subdomains: bool = setting(
        flag("0"),
        "`0`",
        "`1` extends HSTS to all hosts below that of PUBLIC_URL: each must then be on https",
    )
    practice_provider: bool = setting(
        checks.practice_provider,
        "`on` in development where PUBLIC_URL is this machine, else `off`",
        "Whether the practice provider, which signs in anybody, is there: `on` or `off`. Unset, it"
        " only takes requests from this machine; `on` is for everybody who reaches the app",
    )
    database_url: str = setting(
        database.database_url,
        "a SQLite file in `instance/`",
        "`sqlite:///…` or `postgresql://…`",
        secret=True,
    )
    trusted_proxies: int = setting(
        number(0, least=0, most=100),
        "`0`",
        "The number of proxies whose `X-Forwarded-…` headers to trust",
    )
    ratelimit_enabled: bool = setting(flag("1"), "`1`", "`0` turns off rate limits")
    ratelimit_storage_uri: str = setting(
        checks.storage_uri,
        "`memory://`",
        "Where rate limits are counted: `redis://…` for more than one process",
        secret=True,
    )
    ratelimit_login: str = setting(
        checks.limit("30 per minute"),
        "`30 per minute`",
        "How many sign-ins one address may start; the same limit applies separately to "
        "callbacks that belong to no sign-in, and to refused Logout Tokens",
    )
    pending_login_seconds: int = setting(
        number(600, least=1, most=600), "`600`", "How long a started sign-in may take"
    )
    session_idle_minutes: int = setting(
        number(10080, least=1), "`10080` (7 days)", "A session ends after this long without use"
    )
    session_max_days: int = setting(
        number(30, least=1, most=400), "`30`", "A session ends after so many days at the latest"
    )
    outbound_proxy: str = setting(
        outbound.proxy,
        "none",
        "The proxy for calls to providers; `HTTPS_PROXY` and others are not read",
        secret=True,
    )
    outbound_no_proxy: tuple[DirectHost, ...] = setting(
        outbound.no_proxy,
        "this machine",
        "Hosts that `OUTBOUND_PROXY` is not for, comma-separated: `id.corp.example`, "
        "`.corp.example` for all below it, an address or a network such as `10.0.0.0/8`; each may "
        "end with a port",
    )
    provider_timeout_seconds: int = setting(
        number(5, least=1, most=10),
        "`5`",
        "How long to wait for the next byte of a provider, 1 to 10. A whole sign-in takes 12 at "
        "most",
    )
    ssl_cert_file: str = setting(
        outbound.trust_store,
        "certifi's",
        "A file with the certificates to trust; `REQUESTS_CA_BUNDLE` works too",
    )
    allow_http_loopback: bool = setting(
        outbound.http_loopback,
        "`0`; in development always allowed",
        "Providers may be called by plain `http:` on this machine",
    )
    allow_http_hosts: frozenset[str] = setting(
        outbound.http_hosts,
        "none",
        "In development: hosts, comma-separated, whose providers may be called by plain `http:`, "
        "such as `id-server` or `host.docker.internal`",
    )
    signup: str = setting(
        choice("open", "invite", "closed"),
        "`open`",
        "Who may open an account: `open`, `invite` or `closed`. Existing users can always sign in",
    )
    require_email: str = setting(
        choice("no", "yes", "verified"),
        "`no`",
        "Whether a new account needs an e-mail address: `no`, `yes` or `verified`",
    )
    allowed_email_domains: frozenset[str] = setting(
        access.domains,
        "everyone",
        "Only people with a verified address in these domains may sign in, comma-separated",
    )
    unrestricted_providers: tuple[str, ...] = setting(
        words,
        "none",
        "Providers that let in everybody although another one lets in only members, "
        "comma-separated. Not needed with `ALLOWED_EMAIL_DOMAINS`, which holds for all",
    )
    admins: frozenset[str] = setting(
        lambda reader, name: frozenset(reader.words(name)),
        "nobody",
        "Administrators, as `provider:sub`, comma-separated",
    )
    link_by_email: str = setting(
        choice("never", "verified"),
        "`never`",
        "`verified` connects a new sign-in at once to the account with the same verified address",
    )
    profile_sync: str = setting(
        choice("empty", "always", "never"),
        "`empty`",
        "Whether a sign-in updates name, picture and address: `empty` fills what is missing; "
        "`always`, `never`. Values that the person edited stay",
    )
    audit_days: int = setting(
        number(365, least=1, most=36500), "`365`", "How many days audit events are kept"
    )
    geoip_database: str = setting(
        look.geoip_database,
        "none: no places are shown",
        "A file in the format of MaxMind (`.mmdb`) with the places of addresses: the list of "
        "devices then says roughly where each one is. It needs the Python package `maxminddb`",
    )
    providers: tuple[Provider, ...]
    clients: Mapping[str, Client]
    # The settings of the app's options, by name in lower case.
    of_options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    # What the addresses of sign-in begin with, such as "/signin", if not at the root.
    prefix: str = ""
    # The owner has turned the practice provider on, so it is not for this machine only.
    practice_for_all: bool = False
    # What is wrong although the app runs: with `incomplete`, production would not start.
    incomplete: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    development: bool = field(init=False)
    https: bool = field(init=False)
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        """Set the fields that depend on others.

        `https`: users reach the app over https; cookies and HSTS follow it.  `origin` is PUBLIC_URL
        as browsers send it, without the default port.  Spec: RFC 6454 §6.2.
        """
        https = self.public_url.startswith("https://")
        object.__setattr__(self, "development", self.app_env == "development")
        object.__setattr__(self, "https", https)
        object.__setattr__(self, "origin", self.public_url.removesuffix(":443" if https else ":80"))

    @property
    def told(self) -> tuple[str, ...]:
        """Return what the owner is told at the start."""
        return (*self.incomplete, *self.notices)

    def label(self, name: str) -> str:
        """Return a provider's display name."""
        provider = self.known_providers().get(name)
        return provider.label if provider else name

    def known_providers(self) -> dict[str, Provider]:
        """Return the providers by name: chosen, described by the environment, or set up."""
        known = {provider.name: provider for provider in self.providers}
        return known | {client.provider.name: client.provider for client in self.clients.values()}


ROWS = [row for row in fields(Settings) if row.metadata]


def load(
    environ: Mapping[str, str],
    declared: Iterable[Provider] | None = None,
    app_name: str = "",
    of_options: Mapping[str, Callable[[Reader, str], Any]] | None = None,
    prefix: str = "",
) -> Settings:
    """Return the settings from `environ`, for an app with these declared providers.

    If `declared` is None, all in `providers/` are used.  `app_name` is used if APP_NAME is not set.
    `of_options` says how each setting of the app's options is read, by its name in lower case.
    `prefix` is what the addresses of sign-in begin with.
    Raises ConfigError, which lists every problem.
    """
    declared = tuple(all_providers() if declared is None else declared)
    reader = Reader(environ)
    _read_secret_files(reader, declared)
    values = {row.name: row.metadata["read"](reader, row.name.upper()) for row in ROWS}
    reader.loopback = values["allow_http_loopback"]
    reader.http_hosts = values["allow_http_hosts"]
    chosen = tuple(providers.builtin(reader, provider) for provider in declared)
    for kind in ("OIDC", "OAUTH"):
        taken = [provider.name for provider in chosen]
        chosen += tuple(generic_providers.described(reader, kind, taken))
    values["app_name"] = values["app_name"] or app_name
    clients = providers.clients(reader, chosen, values["public_url"] + prefix)
    more = {name: read(reader, name.upper()) for name, read in (of_options or {}).items()}
    _check(reader, chosen, clients)
    return Settings(
        **values,
        providers=chosen,
        clients=clients,
        of_options=more,
        prefix=prefix,
        practice_for_all=reader.flag("PRACTICE_PROVIDER", "0"),
        incomplete=tuple(reader.incomplete),
        notices=tuple(reader.notices),
    )


def _read_secret_files(reader: Reader, declared: Iterable[Provider]) -> None:
    """Read each secret that `<NAME>_FILE` names a file for."""
    secrets = [row.name.upper() for row in ROWS if not row.repr]
    for provider in declared:
        secrets.append(provider.setting("CLIENT_SECRET"))
        secrets += [provider.setting(s.ending) for s in provider.settings if s.secret]
    of_others = re.compile(r"((OIDC|OAUTH)_\w+_CLIENT_SECRET)_FILE")
    secrets += [match[1] for name in reader.values if (match := of_others.fullmatch(name))]
    for name in secrets:
        reader.read_file(name)


def _check(reader: Reader, chosen: Iterable[Provider], clients: Mapping[str, Client]) -> None:
    """Check settings that depend on others, and all names.  Raises ConfigError."""
    checks.environments(reader)
    checks.placeholders(reader, clients.values())
    access.admins(reader, chosen)
    access.restrictions(reader, chosen, clients)
    access.lists_without_effect(reader, chosen, clients)
    access.trusted_addresses(reader, clients)
    copied.check(reader)
    names.check(reader, chosen, access.lists(reader, chosen))
    if reader.problems or (reader.incomplete and not reader.development):
        raise ConfigError(reader.problems + reader.incomplete)
