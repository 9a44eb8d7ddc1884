"""The checks of `flask doctor` on our registration at a provider, before anything is sent."""

import re
from collections.abc import Iterator
from pathlib import Path

from ...config import Settings
from ...config.other_providers import of_template
from ...config.providers import origin_of
from ...oauth.provider import Client, Provider
from ...providers import load
from .findings import Finding

MAIL = re.compile("e?mail", re.IGNORECASE)
# Addresses there belong to no company, so no list of companies names them.
PRIVATE_MAIL = ("gmail.com", "googlemail.com")
# How personal tokens, API keys and private keys begin, which no provider takes as a client secret.
OTHER_KINDS = re.compile(r"gh[opsur]_|github_|glpat-|AIza|ya29\.|xox[a-z]-|-----BEGIN")


def checks(settings: Settings, client: Client) -> Iterator[Finding]:
    """Yield what may be wrong with the client ID, the secret, the scope and the addresses."""
    yield from _credentials(settings, client)
    yield from _companies(client)
    yield from _of_another_kind(client)
    left_out = _left_out(client.provider)
    setting = client.provider.setting("SCOPE")
    if "," in client.provider.scope and "," not in _declared_scope(client.provider):
        problem = f"{setting} has commas, and most providers want spaces"
        yield Finding("warn", "scope", problem, "separate its words by spaces")
    if left_out:
        problem = f"{setting} leaves out {' '.join(left_out)}, which the app reads"
        yield Finding("warn", "scope", problem, f"add it, or remove {setting}")
    if no_address := _no_address(client.provider, left_out):
        yield from needs(settings, client.provider, no_address)


def _credentials(settings: Settings, client: Client) -> Iterator[Finding]:
    provider = client.provider
    for ending, value in (("CLIENT_ID", client.client_id), ("CLIENT_SECRET", client.client_secret)):
        name = provider.setting(ending)
        if problem := _copied(value):
            yield Finding("warn", "client ID and secret", f"{name} {problem}", "copy it again")
        elif Path(value).is_file():
            do = f"set {name}_FILE to it instead" if ending == "CLIENT_SECRET" else "copy it again"
            yield Finding("warn", "client ID and secret", f"{name} is the path of a file", do)
    pattern = "" if is_elsewhere(provider) else provider.client_id_pattern
    if pattern and not re.fullmatch(pattern, client.client_id):
        problem = f"{provider.setting('CLIENT_ID')} does not look like one of {provider.label}"
        swapped = re.fullmatch(pattern, client.client_secret)
        do = "the secret does: swap them" if swapped else f"copy it again: {provider.console_url}"
        yield Finding("warn", "client ID and secret", problem, do)
    for other in settings.clients.values():
        if (
            _same(client, other)
            and other.provider.name < provider.name
            and _server(other) != _server(client)
        ):
            problem = f"the same as those of {other.provider.name}, which is another server"
            yield Finding("warn", "client ID and secret", problem, "copy them again")


def _companies(client: Client) -> Iterator[Finding]:
    """Yield the domains in a list of companies that are no company's."""
    named = re.split(r"[\s,]+", client.settings.get("HOSTED_DOMAIN", "").lower())
    for domain in filter(PRIVATE_MAIL.__contains__, named):
        name = client.provider.setting("HOSTED_DOMAIN")
        problem = f"{name} names {domain}, whose addresses belong to no company: it lets nobody in"
        yield Finding("FAIL", "members", problem, f"name your company's domain, or remove {name}")


def _of_another_kind(client: Client) -> Iterator[Finding]:
    """Yield the settings that do not work with this kind of client ID."""
    provider = client.provider
    for setting in provider.settings:
        name, its = provider.setting(setting.ending), setting.client_id
        if its and client.settings.get(setting.ending) and not re.fullmatch(its, client.client_id):
            problem = f"{name} does not work with this kind of {provider.setting('CLIENT_ID')}"
            do = f"register the app at {provider.console_url}, or remove {name}"
            yield Finding("FAIL", "members", problem, do)


def _copied(value: str) -> str:
    """Return what no client ID or secret has, or an empty string."""
    if any(c.isspace() or not (c.isascii() and c.isprintable()) for c in value):
        return "has a space, or a character that is not ASCII, inside"
    if value.endswith((",", ";")):
        return f"ends with {value[-1]}"
    if OTHER_KINDS.match(value):
        return "is a token or key of another kind"
    return ""


def _same(client: Client, other: Client) -> bool:
    """Return whether two registrations have the same values.

    The ID alone may be the same where its owner chose it, as at servers of their own.
    """
    if client.client_id != other.client_id:
        return False
    chosen = (client.provider.settings_prefix, other.provider.settings_prefix)
    return client.client_secret == other.client_secret or not any(chosen)


def _server(client: Client) -> str:
    return origin_of(client.provider.token_endpoint or client.provider.discovery_url)


def _left_out(provider: Provider) -> list[str]:
    """Return the words of the declared scope that the owner's has not.

    At providers that write it so, `user` includes `user:email` and `read:user`.
    """
    words = re.split(r"[\s,]+", provider.scope)
    return [
        word
        for word in re.split(r"[\s,]+", _declared_scope(provider))
        if word and word not in words and not set(word.split(":")) & set(words)
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
    if provider.trusted_email:
        return ""
    email = of_template(provider.name).email
    return "" if email == "verified" else email


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
