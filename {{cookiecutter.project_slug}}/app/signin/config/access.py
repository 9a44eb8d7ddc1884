"""Check the settings that decide who may sign in."""

import re
from collections.abc import Iterable, Mapping

from ..oauth.provider import Client, Provider
from .reader import Reader

# What no entry of an allow-list has; each person would be refused.
NO_ENTRY = re.compile(r"://|^@|[;*\[\]\"'\s]")


def domains(reader: Reader, name: str) -> frozenset[str]:
    """Return a set of domains, in lower case."""
    found = frozenset(word.lower() for word in reader.words(name))
    if not all(re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", domain) for domain in found):
        reader.problem(
            name,
            "is not a list of domains like example.org: write each in ASCII, without @, *, https://"
            " and quotes, and put commas between them",
        )
    return found


def admins(reader: Reader, chosen: Iterable[Provider]) -> None:
    """Check that each of ADMINS is a `provider:sub` of this app."""
    names = [provider.name for provider in chosen]
    for admin in reader.words("ADMINS"):
        name, colon, sub = admin.partition(":")
        if not (colon and sub) or name not in names or re.search(r"[;\s]\s*\w+:", sub):
            reader.problem(
                "ADMINS",
                "is not a list of provider:sub, with providers of this app: write each as"
                " `flask users list` shows it, with commas between them",
            )
            return


def lists(reader: Reader, chosen: Iterable[Provider]) -> list[str]:
    """Return the names of all allow-lists.  An empty one is refused: it would let in everybody."""
    names = ["ALLOWED_EMAIL_DOMAINS"]
    names += [p.setting(s.ending) for p in chosen for s in p.settings if s.allow_list]
    for name in (*names, "ADMINS"):
        if name in (*reader.values, *reader.empty) and not reader.words(name):
            reader.problem(name, "is empty: remove it, or list who may sign in")
    for name in names[1:]:
        if any(map(NO_ENTRY.search, reader.words(name))):
            reader.problem(
                name,
                "is not a list of names or numbers: write each without @, https:// and quotes, and"
                " put commas between them",
            )
    return names


def restrictions(reader: Reader, chosen: Iterable[Provider], clients: Mapping[str, Client]) -> None:
    """Check that no provider lets in everybody beside one that lets in members only.

    A person whom the restricted provider refuses would come in by the other one.
    """
    open_names = reader.words("UNRESTRICTED_PROVIDERS")
    if set(open_names) - {provider.name for provider in chosen}:
        known = f": write names of {', '.join(clients)}" if clients else ""
        reader.problem("UNRESTRICTED_PROVIDERS", f"is not a list of providers of this app{known}")
    restricted = _restricted(clients)
    if not restricted or reader.words("ALLOWED_EMAIL_DOMAINS"):
        return
    by = ", ".join(restricted.values())
    for name, client in clients.items():
        if name not in (*restricted, *open_names):
            own = [
                f"set {client.provider.setting(setting.ending)}, "
                for setting in client.provider.settings
                if setting.allow_list
            ]
            reader.problem(
                "UNRESTRICTED_PROVIDERS",
                f"does not name {name}, which lets in everybody beside {by}: {''.join(own)}"
                f"set ALLOWED_EMAIL_DOMAINS, or UNRESTRICTED_PROVIDERS={name}",
            )


def _restricted(clients: Mapping[str, Client]) -> dict[str, str]:
    """Return {provider name: its allow-list} of the providers that have one."""
    return {
        name: client.provider.setting(setting.ending)
        for name, client in clients.items()
        for setting in client.provider.settings
        if setting.allow_list and client.settings.get(setting.ending)
    }


def lists_without_effect(
    reader: Reader, chosen: Iterable[Provider], clients: Mapping[str, Client]
) -> None:
    """Report allow-lists of providers that are not set up, beside a provider that is open."""
    closed = {*_restricted(clients), *reader.words("UNRESTRICTED_PROVIDERS")}
    if reader.words("ALLOWED_EMAIL_DOMAINS") or not set(clients) - closed:
        return
    for provider in chosen:
        for setting in provider.settings:
            name = provider.setting(setting.ending)
            if provider.name not in clients and setting.allow_list and reader.words(name):
                reader.incomplete.append(
                    f"{name} is set, but {provider.label} is not set up: so it keeps nobody out."
                    f" Set {provider.setting('CLIENT_ID')} and what else {provider.label} needs,"
                    " or restrict the other providers, or name them in UNRESTRICTED_PROVIDERS"
                )


def trusted_addresses(reader: Reader, clients: Mapping[str, Client]) -> None:
    """Report providers whose addresses link accounts because the owner trusts them."""
    if reader.text("LINK_BY_EMAIL") != "verified":
        return
    for client in clients.values():
        name = client.provider.setting("EMAIL_VERIFIED")
        if reader.text(name) == "always":
            reader.notice(
                name,
                "is always, and LINK_BY_EMAIL is verified: whoever can choose an address at"
                f" {client.provider.label} gets into the account that has it",
            )
