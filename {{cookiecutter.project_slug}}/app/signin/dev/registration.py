"""Register this app at an OpenID Provider that takes registrations by itself.

Spec: RFC 7591, OpenID Connect Dynamic Client Registration 1.0 §3.
"""

import re
from typing import Any
from unicodedata import normalize

from ..auth import flow, settings
from ..config import copied
from ..config.generic_providers import described
from ..config.providers import AUTH_METHODS
from ..config.reader import Reader
from ..oauth.errors import InvalidResponse
from ..oauth.provider import Provider
from ..oauth.transport.deadline import time_limit

MAX_LABEL = 40


class NoRegistration(Exception):
    """The provider takes no registrations by itself."""


def provider_at(label: str, issuer: str) -> tuple[Provider, dict[str, str]]:
    """Return an OpenID Provider, and the settings for `.env` that describe it, by name.

    `label` is its display name, which gives the settings their names, and `issuer` its address, or
    that of its metadata.  Raises ValueError, OAuthError if the metadata cannot be read.
    """
    ascii_label = normalize("NFKD", label).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Z0-9]+", "_", ascii_label.upper()).strip("_")
    if not name or len(label) > MAX_LABEL:
        raise ValueError(f"its name needs a letter from a to z, and at most {MAX_LABEL} characters")
    if not issuer:
        raise ValueError("its address is missing")
    address = issuer.removesuffix("/.well-known/openid-configuration")
    provider, values = _described(name, label, address)
    try:
        _read_metadata(provider)
    except InvalidResponse as error:
        if error.reason != "issuer_mismatch":
            raise
        # Where an issuer is copied, a slash at its end gets lost, or added.
        bare = address.removesuffix("/")
        provider, values = _described(name, label, f"{bare}/" if address == bare else bare)
        _read_metadata(provider)
    return provider, values


def _described(name: str, label: str, issuer: str) -> tuple[Provider, dict[str, str]]:
    values = {f"OIDC_{name}_ISSUER": issuer, f"OIDC_{name}_LABEL": label}
    reader, config = Reader(values), settings()
    reader.loopback, reader.http_hosts = config.allow_http_loopback, config.allow_http_hosts
    (provider,) = described(reader, "OIDC", list(config.known_providers()))
    copied.check(reader)
    if reader.problems:
        raise ValueError(reader.problems[0])
    return provider, values


def _read_metadata(provider: Provider) -> None:
    with time_limit():
        flow().metadata(provider)


def unset_address(provider: Provider) -> str:
    """Return the setting that must name the provider's server first, or an empty string."""
    for setting in provider.settings:
        if setting.required and setting.default and setting.default in provider.discovery_url:
            return provider.setting(setting.ending)
    return ""


def register(provider: Provider, initial_token: str) -> dict[str, str]:
    """Register this app; return the settings for `.env`, by name.

    `initial_token` is what some providers ask for before they take a registration.
    Raises NoRegistration, OAuthError.
    """
    with time_limit():
        endpoint = flow().metadata(provider).get("registration_endpoint")
        if not endpoint:
            raise NoRegistration
        http = flow().http
        answer = http.call(provider.name, initial_token, endpoint, json=_about_us(provider))
    return _settings(provider, answer)


def _about_us(provider: Provider) -> dict[str, Any]:
    config = settings()
    return {
        "client_name": config.app_name,
        "application_type": "web",
        "redirect_uris": [f"{config.public_url}{config.prefix}/callback/{provider.name}"],
        "post_logout_redirect_uris": [f"{config.public_url}/"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": provider.auth_method or "client_secret_basic",
    }


def _settings(provider: Provider, answer: Any) -> dict[str, str]:
    """Return the settings of a registration.  Raises InvalidResponse."""
    found = answer if isinstance(answer, dict) else {}
    client_id, secret = found.get("client_id"), found.get("client_secret", "")
    method = found.get("token_endpoint_auth_method", "client_secret_basic")
    if not isinstance(client_id, str) or not client_id or not isinstance(secret, str):
        raise InvalidResponse("the registration has no usable client_id and client_secret")
    if method not in AUTH_METHODS or not secret:
        raise InvalidResponse(f"it was registered for the method {method!r}, without a secret")
    values = {"CLIENT_ID": client_id, "CLIENT_SECRET": secret, "AUTH_METHOD": method}
    return {provider.setting(ending): value for ending, value in values.items()}
