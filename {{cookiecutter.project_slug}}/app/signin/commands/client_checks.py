"""The checks of `flask doctor` on our registration at a provider, before anything is sent."""

import re
from collections.abc import Iterator

from ..config import Settings
from ..config.other_providers import known
from ..config.providers import origin_of
from ..oauth.provider import Client, Provider
from ..providers import load
from .findings import Finding

MAIL = re.compile("e?mail", re.IGNORECASE)


def checks(settings: Settings, client: Client) -> Iterator[Finding]:
    """Yield what may be wrong with the client ID, the secret, the scope and the addresses."""
    yield from _credentials(settings, client)
    left_out = _left_out(client.provider)
    setting = client.provider.setting("SCOPE")
    if left_out:
        problem = f"{setting} leaves out {' '.join(left_out)}, which the app reads"
        yield Finding("warn", "scope", problem, f"add it, or remove {setting}")
    if no_address := _no_address(client.provider, left_out):
        yield from needs(settings, client.provider, no_address)


def _credentials(settings: Settings, client: Client) -> Iterator[Finding]:
    provider = client.provider
    for ending, value in (("CLIENT_ID", client.client_id), ("CLIENT_SECRET", client.client_secret)):
        name = provider.setting(ending)
        if any(c.isspace() or not (c.isascii() and c.isprintable()) for c in value):
            problem = f"{name} has a space, or a character that is not ASCII, inside"
            yield Finding("warn", "client ID and secret", problem, "copy it again")
    pattern = "" if is_elsewhere(provider) else provider.client_id_pattern
    if pattern and not re.fullmatch(pattern, client.client_id):
        problem = f"{provider.setting('CLIENT_ID')} does not look like one of {provider.label}"
        swapped = re.fullmatch(pattern, client.client_secret)
        do = "the secret does: swap them" if swapped else f"copy it again: {provider.console_url}"
        yield Finding("warn", "client ID and secret", problem, do)
    for other in settings.clients.values():
        same = (client.client_id, client.client_secret) == (other.client_id, other.client_secret)
        if same and other.provider.name < provider.name and _server(other) != _server(client):
            problem = f"the same as those of {other.provider.name}, which is another server"
            yield Finding("warn", "client ID and secret", problem, "copy them again")


def _server(client: Client) -> str:
    return origin_of(client.provider.token_endpoint or client.provider.discovery_url)


def _left_out(provider: Provider) -> list[str]:
    """Return the words of the declared scope that the owner's has not.

    At providers that write it so, `user` includes `user:email` and `read:user`.
    """
    words = provider.scope.split()
    return [
        word
        for word in _declared_scope(provider).split()
        if word not in words and not set(word.split(":")) & set(words)
    ]


def _declared_scope(provider: Provider) -> str:
    if provider.settings_prefix:
        return "openid email" if provider.settings_prefix.startswith("OIDC_") else ""
    return _declared(provider).scope


def is_elsewhere(provider: Provider) -> bool:
    """Return whether a setting has moved a provider to another server."""
    declared = _declared(provider)
    return _addresses(provider) != _addresses(declared)


def _declared(provider: Provider) -> Provider:
    """Return what a provider is without any setting; itself, if it is from elsewhere."""
    try:
        return load(provider.name)[0]
    except ModuleNotFoundError:
        return provider


def _addresses(provider: Provider) -> tuple[str, str, str]:
    return provider.issuer, provider.token_endpoint, provider.discovery_url


def _no_address(provider: Provider, left_out: list[str]) -> str:
    """Return why no address, or no verified one, comes from a provider; empty if one may come."""
    if any(map(MAIL.search, left_out)):
        return "none"
    found = known().get(provider.name.upper())
    if provider.trusted_email or found is None or found.name != provider.name:
        return ""
    return "" if found.email == "verified" else found.email


def needs(settings: Settings, provider: Provider, email: str) -> Iterator[Finding]:
    """Yield the settings that refuse everybody from a provider whose addresses are so.

    `email` is `none`, or `unverified`.
    """
    gives = "does not say that addresses are verified"
    if email == "none":
        gives = "sends no e-mail address"
    refusing = []
    if settings.allowed_email_domains:
        refusing.append("ALLOWED_EMAIL_DOMAINS")
    if settings.require_email == "verified" or (settings.require_email, email) == ("yes", "none"):
        refusing.append("REQUIRE_EMAIL")
    for name in refusing:
        who = "everybody" if name == "ALLOWED_EMAIL_DOMAINS" else "every new person"
        do = f"remove {provider.label} or {name}"
        if email == "unverified":
            do += f", or set {provider.setting('EMAIL_VERIFIED')}=always if it has checked them"
        problem = f"{provider.label} {gives}, so {name} refuses {who} who comes from there"
        yield Finding("FAIL" if email == "none" else "warn", "e-mail address", problem, do)
