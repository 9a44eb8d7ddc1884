"""The providers that the environment configures, and our registrations there."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..oauth.discovery import ENDPOINTS
from ..oauth.provider import Client, Provider, Setting
from .provider_options import with_options
from .reader import Reader

# The names of the practice providers begin with this, and no other name may.
PRACTICE = "practice"
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
# Methods that need no client secret.
WITHOUT_SECRET = ("none", "private_key_jwt")
URLS = (*ENDPOINTS, "metadata_url", "issuer", "identity_issuer")
# An address may be set earlier: the setup page registers the app there.
OF_SIGN_INS = ("SCOPE", "AUTH_METHOD", "AUTHORIZATION_PARAMS", "EMAIL_VERIFIED", "PKCE")


def builtin(reader: Reader, provider: Provider) -> Provider:
    """Return a declared provider, changed by the settings in the environment."""
    values = own_settings(reader, provider)
    for setting in provider.settings:
        if setting.default and setting.ending in values and setting.ending != "BASE_URL":
            provider = _with_value(reader, provider, setting, values[setting.ending])
    if url := reader.url(provider.setting("API_URL")):
        provider = _moved(provider, origin_of(provider.userinfo_endpoint), url.rstrip("/"))
    if url := reader.url(provider.setting("BASE_URL")):
        moved = _moved(provider, base_of(provider), url.rstrip("/"))
        # Accounts on another server are different accounts.
        same = (moved.issuer, moved.identity_issuer) == (provider.issuer, provider.identity_issuer)
        if same and moved != provider:
            moved = replace(moved, identity_issuer=url.rstrip("/"))
        provider = moved
    if issuer := reader.url(provider.setting("ISSUER")):
        identity = issuer if provider.identity_issuer else ""
        metadata = "" if provider.uses_discovery else provider.metadata_url
        provider = replace(provider, issuer=issuer, identity_issuer=identity, metadata_url=metadata)
    method = reader.choice(provider.setting("AUTH_METHOD"), provider.auth_method, *AUTH_METHODS)
    scope = reader.text(provider.setting("SCOPE"), provider.scope)
    allow_lists = (s for s in provider.settings if s.allow_list and s.ending in values)
    scope = " ".join([scope, *(setting.scope for setting in allow_lists)]).strip()
    settings = _still_needed(reader, provider)
    changed = replace(provider, settings=settings, auth_method=method, scope=scope)
    return with_options(reader, changed)


def _with_value(reader: Reader, provider: Provider, setting: Setting, value: str) -> Provider:
    """Return the provider with the owner's value of a setting in its URLs.

    Where the URLs have a host, such as a company's domain, an address of it is taken as well.
    """
    value = value.removeprefix("https://").rstrip("/")
    part = r"[\w.:/-]+" if "/" in setting.default else r"[\w.:-]+"
    if not re.fullmatch(part, value):
        name = provider.setting(setting.ending)
        reader.problem(name, f"is not like {setting.example or setting.default}")
    return _moved(provider, setting.default, value)


def _still_needed(reader: Reader, provider: Provider) -> tuple[Setting, ...]:
    """Return the settings; one that names the server is not required where another one does.

    BASE_URL names a host, so it takes the place of a domain, but not of a tenant or an application.
    """
    issuer = provider.uses_discovery and reader.text(provider.setting("ISSUER"))
    server = reader.text(provider.setting("BASE_URL"))
    return tuple(
        replace(setting, required=False)
        if setting.default and (issuer or (server and "." in setting.default))
        else setting
        for setting in provider.settings
    )


def base_of(provider: Provider) -> str:
    """Return the part of a provider's URLs that its BASE_URL replaces."""
    declared = (s.default for s in provider.settings if s.ending == "BASE_URL")
    origin = origin_of(provider.authorization_endpoint or provider.metadata_url or provider.issuer)
    return next(declared, origin)


def own_settings(reader: Reader, provider: Provider) -> dict[str, str]:
    """Return the provider's own settings that the environment sets, by their endings."""
    names = {setting.ending: provider.setting(setting.ending) for setting in provider.settings}
    return {ending: value for ending, name in names.items() if (value := reader.text(name))}


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, or an empty string if it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _moved(provider: Provider, old: str, new: str) -> Provider:
    """Return the provider with `new` in place of the whole word `old` in each of its URLs.

    Without a dot, such as a region, it may be one part of a host's name.
    """
    if not old:
        return provider
    inside = r"[\w.-]" if "." in old else r"[\w-]"
    word = re.compile(rf"(?<!{inside}){re.escape(old)}(?!{inside})")
    urls: dict[str, Any] = {name: word.sub(lambda _: new, getattr(provider, name)) for name in URLS}
    return replace(provider, **urls)


def needed_settings(provider: Provider) -> list[str]:
    """Return the names of the settings that a provider requires."""
    secret = ["CLIENT_SECRET"] if provider.auth_method not in WITHOUT_SECRET else []
    required = [setting.ending for setting in provider.settings if setting.required]
    return [provider.setting(ending) for ending in ("CLIENT_ID", *secret, *required)]


def clients(reader: Reader, providers: Iterable[Provider], base_url: str) -> dict[str, Client]:
    """Return our registrations by provider name, for providers whose settings are complete.

    Their callback URLs are below `base_url`.
    """
    found = {}
    for provider in providers:
        values = {name: reader.text(name) for name in needed_settings(provider)}
        secret = reader.text(provider.setting("CLIENT_SECRET"))
        if all(values.values()):
            found[provider.name] = Client(
                provider=provider,
                client_id=reader.text(provider.setting("CLIENT_ID")),
                client_secret="" if provider.auth_method in WITHOUT_SECRET else secret,
                redirect_uri=f"{base_url}/callback/{provider.name}",
                settings=_defaults(provider) | own_settings(reader, provider),
            )
        elif any(values.values()) or secret or provider.settings_prefix:
            for name, value in values.items():
                if not value:
                    reader.missing(name, provider.label)
        else:
            _tell_of_no_effect(reader, provider)
    return found


def _tell_of_no_effect(reader: Reader, provider: Provider) -> None:
    """Tell of settings in `.env` for sign-ins at a provider that has no credentials."""
    for name in map(provider.setting, OF_SIGN_INS):
        if name in reader.written and reader.values.get(name):
            needed = ", ".join(needed_settings(provider))
            text = f"has no effect, since {provider.label} is not set up: set {needed}"
            reader.notice(name, f"{text}, or remove it")


def _defaults(provider: Provider) -> dict[str, Any]:
    return {setting.ending: setting.default for setting in provider.settings if setting.default}
