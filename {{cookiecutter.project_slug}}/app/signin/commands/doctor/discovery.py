"""The checks of `flask doctor` that ask a provider for its metadata and keys."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import requests

from ...auth import flow
from ...config import Settings
from ...database import now
from ...oauth.discovery import ignored_members
from ...oauth.errors import OAuthError, ProviderUnavailable
from ...oauth.id_token import KEY_TYPES, SECRET_ALGORITHMS, algorithms
from ...oauth.provider import Client, Document, Provider
from ...oauth.responses import Response, decode_json
from ...oauth.token import auth_method
from ...oauth.transport.deadline import time_limit
from . import capabilities, registration
from .findings import Finding, checked, not_checked
from .reasons import reason

CLOCK_SECONDS = 30
KEYS = "discovery and keys"


def checks(settings: Settings, client: Client) -> Iterator[Finding]:
    """Yield the result of each check.

    The others need the metadata, so they are left out without it.
    """
    provider = client.provider
    url = provider.discovery_url
    try:
        with time_limit():
            metadata = flow().documents.metadata(provider)
            published = flow().http.send(provider.name, requests.Request("GET", url))
    except OAuthError as error:
        yield Finding("FAIL", KEYS, *_why(error, url, address_setting(client)))
        return
    yield _keys(provider, metadata)
    if provider.authenticate is None:
        yield _authentication(provider, metadata)
    if provider.pkce:
        yield _pkce(provider, metadata)
    yield from capabilities.checks(settings, client, metadata)
    for member, problem in _ignored(provider, published).items():
        yield Finding("warn", f"the metadata's {member}", f"{problem}, so it is ignored")
    yield _clock(published)


def address_setting(client: Client, endpoint: str = "") -> str:
    """Return the setting that says where a provider is, or where this endpoint of it.

    It is empty if no setting does, since the provider is where it always is.
    """
    provider = client.provider
    if provider.settings_prefix.startswith("OAUTH_"):
        return provider.setting(endpoint)
    if provider.settings_prefix:
        return provider.setting("METADATA_URL" if provider.metadata_url else "ISSUER")
    for setting in provider.settings:
        if setting.default and client.settings.get(setting.ending) not in (None, setting.default):
            return provider.setting(setting.ending)
    if registration.is_elsewhere(provider):
        return provider.setting("ISSUER" if provider.uses_discovery else "BASE_URL")
    return ""


def _why(error: OAuthError, url: str, setting: str) -> tuple[str, str]:
    """Return what is wrong with a document at this URL, and what to do."""
    why, do = reason(error, url, setting)
    look = f"open it in a browser, and correct {setting or 'what is there'}"
    do = do or ("try again later" if isinstance(error, ProviderUnavailable) else look)
    return f"{url}: {why}", do


def _keys(provider: Provider, metadata: Document) -> Finding:
    url = str(metadata["jwks_uri"])
    try:
        accepted = algorithms(provider, metadata)
        if set(accepted) <= set(SECRET_ALGORITHMS):
            return checked(KEYS)
        with time_limit():
            keys = flow().documents.keys(provider, metadata)
    except OAuthError as error:
        return Finding("FAIL", KEYS, *_why(error, url, "the key set at the provider"))
    listed = metadata.get("id_token_signing_alg_values_supported")
    named = ", ".join(accepted)
    if isinstance(listed, list) and not set(accepted) & set(listed):
        problem = f"{named} is not among the algorithms of its ID Tokens: {', '.join(listed)}"
        return checked(KEYS, problem, f"remove {provider.setting('ID_TOKEN_ALG')}")
    if not {KEY_TYPES.get(alg) for alg in accepted} & {key.key_type for key in keys}:
        types = ", ".join(sorted({key.key_type for key in keys}))
        problem = f"{url}: there is no key for {named}, but only {types}"
        return checked(KEYS, problem, "give this app a signing key at the provider")
    return checked(KEYS)


def _authentication(provider: Provider, metadata: Document) -> Finding:
    try:
        auth_method(provider, metadata)
    except OAuthError as error:
        return checked("authentication at the token endpoint", str(error))
    return checked("authentication at the token endpoint")


def unlisted_method(provider: Provider, metadata: Document) -> Iterator[Finding]:
    """Yield that the metadata does not list how the app authenticates."""
    method, setting = provider.auth_method, provider.setting("AUTH_METHOD")
    listed = metadata.get("token_endpoint_auth_methods_supported")
    if method and isinstance(listed, list) and method not in listed and not provider.authenticate:
        problem = f"{method} is not among the listed {', '.join(map(str, listed))}"
        yield Finding("warn", "authentication at the token endpoint", problem, f"correct {setting}")


def _pkce(provider: Provider, metadata: Document) -> Finding:
    """Check that the provider supports S256, which the app uses unless it is turned off."""
    methods = metadata.get("code_challenge_methods_supported")
    if methods is None:
        return not_checked("PKCE", "the metadata does not list the methods")
    if "S256" in methods:
        return checked("PKCE")
    setting = provider.setting("PKCE")
    problem = f"S256 is not among the listed methods {methods}"
    return checked("PKCE", problem, f"if sign-ins fail, try {setting}=off")


def _ignored(provider: Provider, published: Response) -> dict[str, str]:
    http = flow().http
    try:
        document = decode_json(published.body)
    except OAuthError:
        return {}
    return ignored_members(provider, document, http.loopback, http.http_hosts)


def _clock(published: Response) -> Finding:
    """Compare this machine's clock with the provider's.  The checks of ID Tokens depend on it."""
    try:
        date = parsedate_to_datetime(published.headers.get("Date", ""))
        off = abs((now() - date).total_seconds())
    except (ValueError, TypeError):
        return not_checked("clock", "the answer has no date")
    problem = f"differs by {off:.0f} s" if off > CLOCK_SECONDS else ""
    return checked("clock", problem, "set this machine's clock")
