"""The providers that the environment sets up, and our registrations there."""

import re
from collections.abc import Iterable
from typing import Any

from ..oauth.id_token import KEY_TYPES
from ..oauth.provider import Client, Provider
from ..providers import generic
from .reader import Reader

AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
REPLACEABLE = ("ISSUER", "BASE_URL", "API_URL", "AUTH_METHOD", "SCOPE")
COMMON_ENDINGS = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL", "SCOPE", "AUTH_METHOD")
OIDC_ENDINGS = (*COMMON_ENDINGS, "ID_TOKEN_ALG")
OAUTH_ENDPOINTS = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT")
OAUTH_CLAIMS = ("SUB", "EMAIL", "EMAIL_VERIFIED", "NAME", "PICTURE")
OAUTH_ENDINGS = (*OAUTH_ENDPOINTS, *COMMON_ENDINGS, *OAUTH_CLAIMS)


def builtin(reader: Reader, provider: Provider, loopback: bool) -> Provider:
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


def generic_providers(
    reader: Reader, kind: str, taken: list[str], loopback: bool
) -> Iterable[Provider]:
    """Return the providers that `OIDC_<NAME>_…` or `OAUTH_<NAME>_…` variables describe."""
    make = generic.openid_provider if kind == "OIDC" else generic.oauth_provider
    for name, settings in _by_name(reader, kind).items():
        prefix = f"{kind}_{name}"
        needed = ("ISSUER",) if kind == "OIDC" else OAUTH_ENDPOINTS
        for ending in needed:
            if ending not in settings:
                reader.problem(f"{prefix}_{ending}", "is missing")
        for ending in ("ISSUER", *OAUTH_ENDPOINTS):
            reader.url(f"{prefix}_{ending}", loopback=loopback)
        if name.lower() in (*taken, "error") or name.startswith("PRACTICE"):
            reader.problem(f"{prefix}_…", f"takes the name {name.lower()}, which is in use")
        _check_auth_method(reader, f"{prefix}_AUTH_METHOD")
        if kind == "OIDC" and "openid" not in settings.get("SCOPE", "openid").split():
            reader.problem(f"{prefix}_SCOPE", "lacks openid")
        if settings.get("ID_TOKEN_ALG") == "HS256" and settings.get("AUTH_METHOD") == "none":
            reader.problem(f"{prefix}_ID_TOKEN_ALG", "is HS256, which needs a client secret")
        if settings.get("ID_TOKEN_ALG", "RS256") not in (*KEY_TYPES, "HS256"):
            reader.problem(f"{prefix}_ID_TOKEN_ALG", f"is none of {', '.join(KEY_TYPES)}, HS256")
        yield make(name, dict.fromkeys(needed, "") | settings)


def _by_name(reader: Reader, kind: str) -> dict[str, dict[str, str]]:
    """Return what was set of the variables of a kind, for each name in them."""
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
    return found


def _check_auth_method(reader: Reader, name: str) -> None:
    if reader.text(name, "none") not in AUTH_METHODS:
        reader.problem(name, f"is none of {', '.join(AUTH_METHODS)}")


def clients(reader: Reader, providers: Iterable[Provider], public_url: str) -> dict[str, Client]:
    """Return our registrations: the providers whose settings are complete."""
    found = {}
    for provider in providers:
        id_name, secret_name = provider.setting("CLIENT_ID"), provider.setting("CLIENT_SECRET")
        client_id, client_secret = reader.text(id_name), reader.text(secret_name)
        public = provider.auth_method == "none"
        if client_id and (client_secret or public):
            found[provider.name] = Client(
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
    return found
