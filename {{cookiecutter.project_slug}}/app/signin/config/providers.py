"""The providers that the environment configures, and our registrations there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..oauth.claims import userinfo_claims
from ..oauth.discovery import ENDPOINTS
from ..oauth.id_token import KEY_TYPES, SECRET_ALGORITHMS
from ..oauth.provider import Client, Provider, Setting
from ..oauth.token import bearer_by_default
from .provider_options import with_options
from .reader import Reader

# The names of the practice providers begin with this, and no other name may.
PRACTICE = "practice"
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
# Methods that need no client secret.
WITHOUT_SECRET = ("none", "private_key_jwt")
URLS = (*ENDPOINTS, "metadata_url", "issuer", "identity_issuer")
COMMON_ENDINGS = (
    *("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL", "SCOPE", "AUTH_METHOD"),
    *("AUTHORIZATION_PARAMS", "EMAIL_VERIFIED", "PKCE"),
)
OIDC_ENDINGS = (*COMMON_ENDINGS, "ID_TOKEN_ALG", "METADATA_URL", "NONCE")
OAUTH_ENDPOINTS = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT")
OAUTH_CLAIMS = ("SUB", "EMAIL", "NAME", "PICTURE")
OAUTH_ENDINGS = (*OAUTH_ENDPOINTS, *COMMON_ENDINGS, *OAUTH_CLAIMS)


def builtin(reader: Reader, provider: Provider) -> Provider:
    """Return a declared provider, changed by the settings in the environment."""
    values = own_settings(reader, provider)
    for setting in provider.settings:
        if setting.default and setting.ending in values:
            if not re.fullmatch(r"[\w.:/-]+", values[setting.ending]):
                name = provider.setting(setting.ending)
                reader.problem(name, "contains characters that are not allowed in a URL")
            provider = _moved(provider, setting.default, values[setting.ending])
    if url := reader.url(provider.setting("API_URL")):
        provider = _moved(provider, _origin(provider.userinfo_endpoint), url.rstrip("/"))
    if url := reader.url(provider.setting("BASE_URL")):
        moved = _moved(provider, _origin(provider.authorization_endpoint), url.rstrip("/"))
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
    return with_options(reader, replace(provider, auth_method=method, scope=scope))


def own_settings(reader: Reader, provider: Provider) -> dict[str, str]:
    """Return the provider's own settings that the environment sets, by their endings."""
    names = {setting.ending: provider.setting(setting.ending) for setting in provider.settings}
    return {ending: value for ending, name in names.items() if (value := reader.text(name))}


def _origin(url: str) -> str:
    """Return scheme, host and port of a URL, or an empty string if it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _moved(provider: Provider, old: str, new: str) -> Provider:
    """Return the provider with `new` in place of the whole word `old` in each of its URLs."""
    if not old:
        return provider
    word = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w.-])")
    urls: dict[str, Any] = {name: word.sub(lambda _: new, getattr(provider, name)) for name in URLS}
    return replace(provider, **urls)


def openid_provider(name: str, settings: Mapping[str, str]) -> Provider:
    """Return an OpenID Provider that is known by its issuer URL.

    `name` is in upper case; `settings` holds its variables, by OIDC_ENDINGS.
    """
    alg = settings.get("ID_TOKEN_ALG")
    return Provider(
        name=name.lower(),
        settings_prefix=f"OIDC_{name}",
        settings=(Setting(ending="ISSUER", required=True),),
        label=settings.get("LABEL") or name.replace("_", " ").title(),
        issuer=settings["ISSUER"],
        metadata_url=settings.get("METADATA_URL", ""),
        nonce=settings.get("NONCE") != "off",
        scope=settings.get("SCOPE") or "openid email profile",
        auth_method=settings.get("AUTH_METHOD", ""),
        id_token_algs=(alg,) if alg else (),
    )


def oauth_provider(name: str, settings: Mapping[str, str]) -> Provider:
    """Return a plain OAuth 2.0 provider with one profile document.

    `name` is in upper case; `settings` holds its variables, by OAUTH_ENDINGS.
    """
    return Provider(
        name=name.lower(),
        settings_prefix=f"OAUTH_{name}",
        settings=tuple(Setting(ending=ending, required=True) for ending in OAUTH_ENDPOINTS),
        label=settings.get("LABEL") or name.replace("_", " ").title(),
        issuer=settings.get("ISSUER", ""),
        identity_issuer=settings.get("ISSUER") or _origin(settings["AUTHORIZATION_ENDPOINT"]),
        authorization_endpoint=settings["AUTHORIZATION_ENDPOINT"],
        token_endpoint=settings["TOKEN_ENDPOINT"],
        userinfo_endpoint=settings["USERINFO_ENDPOINT"],
        scope=settings.get("SCOPE", ""),
        auth_method=settings.get("AUTH_METHOD") or "client_secret_post",
        # Many servers leave token_type out, though RFC 6749 §5.1 requires it.
        read_tokens=bearer_by_default,
        claims=userinfo_claims(
            sub=settings.get("SUB") or "sub",
            name=settings.get("NAME") or "name",
            email=settings.get("EMAIL") or "email",
            email_verified=settings.get("EMAIL_VERIFIED") or "email_verified",
            picture=settings.get("PICTURE") or "picture",
        ),
    )


def generic_providers(reader: Reader, kind: str, taken: list[str]) -> Iterable[Provider]:
    """Yield the providers that `OIDC_<NAME>_…` or `OAUTH_<NAME>_…` variables describe."""
    make = openid_provider if kind == "OIDC" else oauth_provider
    required = ("ISSUER",) if kind == "OIDC" else OAUTH_ENDPOINTS
    for name, settings in _by_name(reader, kind).items():
        prefix = f"{kind}_{name}"
        for ending in ("ISSUER", "METADATA_URL", *OAUTH_ENDPOINTS):
            reader.url(f"{prefix}_{ending}")
        if "/.well-known/" in settings.get("ISSUER", ""):
            reader.problem(f"{prefix}_ISSUER", "must end before /.well-known/")
        if name.lower().startswith(PRACTICE):
            reader.problem(f"{prefix}_…", f"takes the name {name.lower()}: {PRACTICE}… is reserved")
        elif name.lower() in (*taken, "error"):
            reader.problem(f"{prefix}_…", f"takes the name {name.lower()}, which is in use")
        reader.choice(f"{prefix}_AUTH_METHOD", "", *AUTH_METHODS)
        if kind == "OIDC" and "openid" not in settings.get("SCOPE", "openid").split():
            reader.problem(f"{prefix}_SCOPE", "must include openid")
        alg = reader.choice(f"{prefix}_ID_TOKEN_ALG", "", *KEY_TYPES, *SECRET_ALGORITHMS)
        if alg in SECRET_ALGORITHMS and settings.get("AUTH_METHOD") == "none":
            reader.problem(f"{prefix}_ID_TOKEN_ALG", f"is {alg}, which needs a client secret")
        reader.choice(f"{prefix}_NONCE", "on", "off")
        yield with_options(reader, make(name, dict.fromkeys(required, "") | settings))


def _by_name(reader: Reader, kind: str) -> dict[str, dict[str, str]]:
    """Return the variables `<kind>_<NAME>_<ENDING>` as {NAME: {ENDING: value}}."""
    endings = OIDC_ENDINGS if kind == "OIDC" else OAUTH_ENDINGS
    longest_first = "|".join(sorted(endings, key=len, reverse=True))
    pattern = re.compile(rf"{kind}_([A-Z0-9_]*?[A-Z0-9])_({longest_first})")
    by_name: dict[str, dict[str, str]] = {}
    for variable, value in sorted(reader.values.items()):
        if not variable.startswith(f"{kind}_"):
            continue
        reader.asked.add(variable)
        match = pattern.fullmatch(variable)
        if match is None:
            reader.problem(variable, f"is not one of {kind}_<NAME>_{{{', '.join(endings)}}}")
            continue
        by_name.setdefault(match[1], {})[match[2]] = value
    return by_name


def needed_settings(provider: Provider) -> list[str]:
    """Return the names of the settings that a provider requires."""
    secret = ["CLIENT_SECRET"] if provider.auth_method not in WITHOUT_SECRET else []
    required = [setting.ending for setting in provider.settings if setting.required]
    return [provider.setting(ending) for ending in ("CLIENT_ID", *secret, *required)]


def clients(reader: Reader, providers: Iterable[Provider], public_url: str) -> dict[str, Client]:
    """Return our registrations by provider name, for providers whose settings are complete."""
    found = {}
    for provider in providers:
        values = {name: reader.text(name) for name in needed_settings(provider)}
        secret = reader.text(provider.setting("CLIENT_SECRET"))
        if all(values.values()):
            found[provider.name] = Client(
                provider=provider,
                client_id=reader.text(provider.setting("CLIENT_ID")),
                client_secret="" if provider.auth_method in WITHOUT_SECRET else secret,
                redirect_uri=f"{public_url}/callback/{provider.name}",
                settings=_defaults(provider) | own_settings(reader, provider),
            )
        elif any(values.values()) or secret or provider.settings_prefix:
            for name, value in values.items():
                if not value:
                    reader.missing(name, provider.label)
    return found


def _defaults(provider: Provider) -> dict[str, Any]:
    return {setting.ending: setting.default for setting in provider.settings if setting.default}
