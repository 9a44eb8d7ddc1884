"""Register this app at an OpenID Provider that takes registrations by itself.

Spec: RFC 7591, OpenID Connect Dynamic Client Registration 1.0 §3.
"""

from typing import Any

from ..auth import flow, settings
from ..config.providers import AUTH_METHODS
from ..oauth.errors import InvalidResponse
from ..oauth.provider import Provider
from ..oauth.transport.deadline import time_limit


class NoRegistration(Exception):
    """The provider takes no registrations by itself."""


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
