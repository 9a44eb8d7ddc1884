"""Notice variables that are no setting of this app, but are probably meant as one."""

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from ..oauth.provider import Provider
from .reader import Reader

# Settings that decide who comes in, beside the allow-lists.
DECIDING = ("SIGNUP", "REQUIRE_EMAIL", "ADMINS", "LINK_BY_EMAIL", "UNRESTRICTED_PROVIDERS")
# Every name that begins so is checked with its provider.
GENERIC = ("OIDC_", "OAUTH_")
REGISTRATION = re.compile(r"([A-Z0-9_]+)_CLIENT_(ID|SECRET)")


def check(reader: Reader, chosen: Iterable[Provider], allow_lists: Collection[str]) -> None:
    """Report each variable that looks like a setting and is none.

    A name in `.env` that resembles a setting about who comes in is a problem.  Everything else is
    only reported: variables of the process may be those of other programs.
    """
    providers = [provider for provider in chosen if not provider.settings_prefix]
    settings = {_letters(setting): setting for setting in sorted(reader.asked)}
    # The same without the provider, such as ALLOWED_ORGS.
    endings = {
        _letters(setting.removeprefix(provider.setting(""))): setting
        for setting in allow_lists
        for provider in providers
    }
    for name in sorted({*reader.values, *reader.empty} - reader.asked):
        if name.startswith(GENERIC):
            continue
        own = name in reader.written
        if other := _other_provider(name, providers):
            if own:
                reader.notice(name, _how_to_add(other, providers))
            continue
        meant = _meant(name, settings | endings if own else settings, own)
        meant = meant or _loosely(name, reader.asked, providers, allow_lists, own)
        text = f"did you mean {meant}?" if meant else ""
        if name.removesuffix("_FILE") in reader.asked:
            meant, text = name.removesuffix("_FILE"), "only secrets can come from a file"
        if text:
            refused = own and meant in (*allow_lists, *DECIDING)
            tell = reader.problem if refused else reader.notice
            tell(name, f"is not a setting of this app: {text}")


def _other_provider(name: str, providers: Iterable[Provider]) -> str:
    """Return the provider that this app does not have, if the name is of a registration there."""
    match = REGISTRATION.fullmatch(name.upper())
    if match is None:
        return ""
    edits = len(match[1]) // 4
    ours = (provider.setting("").removesuffix("_") for provider in providers)
    return "" if any(_within(match[1], one, edits) for one in ours) else match[1].lower()


def _how_to_add(other: str, providers: Iterable[Provider]) -> str:
    names = ",".join([*(provider.name for provider in providers), other])
    return (
        f"is for {other}, which is not part of this app. If the template has this provider, run"
        f""" cruft update -y --variables-to-update '{{"providers": "{names}"}}'. Any other OpenID"""
        " Provider or OAuth 2.0 provider needs settings only: see docs/settings.md"
    )


def _meant(name: str, settings: Mapping[str, str], own: bool) -> str:
    """Return the setting that differs by one or two letters, or an empty string.

    `settings` has the settings by their letters.  Short names of other programs differ from ours by
    as little, so these are not compared.
    """
    letters = _letters(name)
    most = 2 if own or len(letters) > 7 else int(len(letters) > 5)
    for edits in range(most + 1):
        for other, setting in settings.items():
            if edits <= len(other) // 3 and _within(letters, other, edits):
                return setting
    return ""


def _within(a: str, b: str, edits: int) -> bool:
    """Return whether at most so many changes make `a` into `b`.

    A change adds, drops or replaces a letter, or swaps two neighbours.
    """
    if abs(len(a) - len(b)) > edits:
        return False
    while a[:1] == b[:1] != "":
        a, b = a[1:], b[1:]
    if not edits or not a or not b:
        return max(len(a), len(b)) <= edits
    swapped = a[:2] == b[1::-1] and _within(a[2:], b[2:], edits - 1)
    steps = ((a[1:], b[1:]), (a[1:], b), (a, b[1:]))
    return swapped or any(_within(*step, edits - 1) for step in steps)


def _loosely(
    name: str,
    settings: Iterable[str],
    providers: Iterable[Provider],
    allow_lists: Iterable[str],
    own: bool,
) -> str:
    """Return the setting with the same words and more, or the allow-list that is most alike.

    Compares names in `.env`, and names that begin with a provider's prefix.
    """
    prefix = next((p.setting("") for p in providers if name.startswith(p.setting(""))), "")
    if not own and not prefix:
        return ""
    words = _words(name)
    for setting in sorted(settings):
        others = _words(setting)
        if len(words) > 1 and words[0] == others[0] and set(words) <= set(others):
            return setting
    lists = [one for one in allow_lists if one.startswith(prefix or "ALLOWED_")]
    return next(iter(get_close_matches(name, lists, 1, 0.7)), "")


def _letters(name: str) -> str:
    """Return the letters and digits of a name, in capitals."""
    return re.sub("[^A-Z0-9]", "", name.upper())


def _words(name: str) -> list[str]:
    """Return the words of a name, in the singular."""
    return [re.sub("IES$", "Y", word).removesuffix("S") for word in name.upper().split("_")]
