"""Explain settings that are for a provider which this app does not have."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..oauth.provider import Provider
from .spelling import letters, within

FILE = Path(__file__).with_name("known_providers.txt")
ALLOW_LISTS = ("ALLOWED_ORGS", "ALLOWED_TEAMS", "HOSTED_DOMAIN")
# How settings of a provider end, here or in other kits, and how they end here.
ENDINGS = {
    **{ending: ending for ending in ("CLIENT_ID", "CLIENT_SECRET", *ALLOW_LISTS)},
    **{f"{word}_ID": "CLIENT_ID" for word in ("APP", "OAUTH_CLIENT")},
    **{f"{word}_SECRET": "CLIENT_SECRET" for word in ("APP", "CONSUMER", "OAUTH_CLIENT")},
    **{f"{word}_KEY": "CLIENT_ID" for word in ("CLIENT", "CONSUMER")},
}
# The libraries of these clouds read names that look like ours.
CLOUDS = ("AWS", "AZURE")


@dataclass(frozen=True)
class Known:
    """A provider of the template.

    `email` is what it gives: `verified` addresses, `unverified` ones, or `none`.  `has_numbers`:
    its ids of people are numbers.
    """

    name: str
    label: str
    email: str
    has_numbers: bool = False


@cache
def known() -> dict[str, Known]:
    """Return the providers of the template, by each of their names, in capitals."""
    found: dict[str, Known] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, label, email, ids, others = line.split("|")
            names = filter(None, (name, *others.split(",")))
            one = Known(name, label, email, has_numbers=ids == "numbers")
            found |= dict.fromkeys(map(str.upper, names), one)
    return found


def of_template(name: str) -> Known:
    """Return the template's provider of this name, or one that nothing is known of."""
    found = known().get(name.upper())
    return found if found and found.name == name else Known(name, "", "")


def parts(name: str) -> tuple[str, str]:
    """Return the provider's prefix of a setting, and what the rest means.  Both may be empty."""
    words = name.upper().split("_")
    for at in range(1, len(words)):
        rest = "_".join(words[at:])
        for ending, meant in ENDINGS.items():
            if within(rest, ending, len(ending) // 5 if len(ending) > 7 else 0):
                return "_".join(words[:at]), meant
    return "", ""


def meant(name: str, chosen: Iterable[Provider]) -> str:
    """Return the setting of this app that has another name in other kits, or an empty string."""
    prefix, ending = parts(name)
    other = known().get(letters(prefix))
    for provider in chosen if ending else ():
        own = provider.setting("").removesuffix("_")
        if f"{prefix}_".startswith(f"{own}_") or (other and other.name == provider.name):
            return provider.setting(ending)
    return ""


def explanations(names: Collection[str], chosen: Iterable[Provider]) -> dict[str, str]:
    """Return what to do about each setting of a provider that this app does not have.

    Beside a credential of such a provider, each name that begins as it does is another setting.
    """
    providers = list(chosen)
    others = {}
    for name in names:
        prefix, ending = parts(name)
        if ending and prefix not in CLOUDS and (other := _other(name, prefix, ending, providers)):
            others[prefix] = other
    told = {}
    for name in names:
        own = parts(name)[0]
        prefix = next((one for one in (own, *others) if name.upper().startswith(f"{one}_")), "")
        if prefix in others:
            told[name] = _told(name, others[prefix], providers)
    return told


def _other(name: str, prefix: str, ending: str, chosen: Iterable[Provider]) -> Known | None:
    """Return the provider that is meant, if this app does not have it.

    It may be none of the template's; then only a name that is spelt as ours counts.
    """
    exact = known().get(letters(prefix))
    if not exact and _is_ours(prefix, chosen):
        return None
    other = exact or _nearest(prefix)
    if other is None:
        unknown = Known(prefix.lower(), "", "")
        return unknown if name.upper().endswith(f"_{ending}") else None
    return None if other.name in (provider.name for provider in chosen) else other


def _is_ours(prefix: str, chosen: Iterable[Provider]) -> bool:
    """Return whether a provider of this app is meant."""
    ours = [provider.setting("").removesuffix("_") for provider in chosen]
    return any(
        within(prefix, one, len(prefix) // 4) or prefix.startswith(f"{one}_") for one in ours
    )


def _nearest(prefix: str) -> Known | None:
    """Return the provider whose name a prefix misspells.  Short names are too much alike."""
    near = (other for other in known() if within(prefix, other, min(len(other), len(prefix)) // 5))
    return known().get(next(near, ""))


def _told(name: str, other: Known, chosen: Iterable[Provider]) -> str:
    """Return what to do about a setting of another provider."""
    providers = ",".join([*(provider.name for provider in chosen), other.name])
    command = f"""uvx cruft update -y --variables-to-update '{{"providers": "{providers}"}}'"""
    if not other.label:
        return (
            f"is for {other.name}, which is not part of this app: if the template has this"
            f" provider, run {command}; any other OpenID Provider or OAuth 2.0 provider needs"
            " settings only (docs/settings.md)"
        )
    ending = parts(name)[1]
    setting = f"{other.name.upper()}_{ending}"
    spelt = f" (did you mean {setting}?)" if ending and setting != name else ""
    return f"is for {other.label}, which is not part of this app{spelt}: to add it, run {command}"
