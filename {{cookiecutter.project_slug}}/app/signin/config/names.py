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
OF_PROVIDER = re.compile(
    r"([A-Z0-9_]+)_(CLIENT_(ID|SECRET)|(?P<list>ALLOWED_(ORGS|TEAMS)|HOSTED_DOMAIN))"
)


def check(reader: Reader, chosen: Iterable[Provider], allow_lists: Collection[str]) -> None:
    """Report each variable that looks like a setting and is none.

    A name in `.env` that resembles a setting about who comes in is a problem.  Variables of the
    process may be those of other programs: these are only reported, but for misspelt allow-lists
    with a provider's name and for allow-lists from a file, which no other program has.
    """
    providers = [provider for provider in chosen if not provider.settings_prefix]
    prefixes = [provider.setting("") for provider in providers]
    settings = {_letters(setting): setting for setting in sorted(reader.asked)}
    # The same without the provider, such as ALLOWED_ORGS.
    endings = {
        _letters(setting.removeprefix(prefix)): setting
        for setting in allow_lists
        for prefix in prefixes
    }
    meanings = settings | endings
    by_length = _by_length(meanings)
    for name in sorted({*reader.values, *reader.empty} - reader.asked):
        if name.startswith(GENERIC):
            continue
        own = name in reader.written
        if other := _other_provider(name, providers):
            _tell_other(reader, name, _how_to_add(other, providers))
            continue
        meant = meanings.get(_nearest(_letters(name), by_length, own), "")
        meant = meant or _loosely(name, reader.asked, prefixes, allow_lists, own)
        text = f"did you mean {meant}?" if meant else ""
        if (named := name.upper()).endswith("_FILE") and named[:-5] in reader.asked:
            meant, text = named[:-5], "only secrets can come from a file"
        if text:
            _tell(reader, name, meant, text, allow_lists)


def _tell(reader: Reader, name: str, meant: str, text: str, allow_lists: Collection[str]) -> None:
    text = f"is not a setting of this app: {text}"
    if name in reader.written and meant in (*allow_lists, *DECIDING):
        reader.problem(name, text)
    elif meant in allow_lists and not reader.words(meant) and _is_ours(name, meant):
        reader.incomplete.append(f"{name} {text}")
    else:
        reader.notice(name, text)


def _is_ours(name: str, allow_list: str) -> bool:
    """Return whether no other program has this name, which resembles an allow-list.

    It ends with _FILE, has the provider and what is listed, or differs by two letters at most.
    """
    written, meant = _letters(name), _letters(allow_list)
    if written == f"{meant}FILE":
        return True
    provider, *_, listed = _words(allow_list)
    named = written.startswith(provider) and listed in written
    return provider != "ALLOWED" and (named or _within(written, meant, 2))


def _tell_other(reader: Reader, name: str, text: str) -> None:
    """Report a setting of a provider that this app does not have."""
    match = OF_PROVIDER.fullmatch(name.upper())
    if match and match["list"]:
        tell = reader.problem if name in reader.written else reader.notice
        tell(name, f"keeps nobody out: it {text}")
    elif name in reader.written:
        reader.notice(name, text)


def _other_provider(name: str, providers: Iterable[Provider]) -> str:
    """Return the provider that this app does not have, if the name is a setting of one."""
    match = OF_PROVIDER.fullmatch(name.upper())
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


def _by_length(names: Iterable[str]) -> dict[int, list[tuple[str, frozenset[str]]]]:
    """Return names by their length, each with the set of its letters."""
    found: dict[int, list[tuple[str, frozenset[str]]]] = {}
    for name in names:
        found.setdefault(len(name), []).append((name, frozenset(name)))
    return found


def _nearest(
    letters: str, by_length: Mapping[int, Iterable[tuple[str, frozenset[str]]]], own: bool
) -> str:
    """Return the name that differs by one or two letters, or an empty string.

    Short names of other programs differ from ours by as little, so these are not compared.  With
    many providers there are thousands of names: most have other lengths, or other letters.
    """
    most = 2 if own or len(letters) > 7 else int(len(letters) > 5)
    contained = frozenset(letters)
    near = sorted(
        name
        for length in range(len(letters) - most, len(letters) + most + 1)
        for name, others in by_length.get(length, ())
        # One change replaces one letter: two sets differ by two.
        if len(contained ^ others) <= 2 * most
    )
    for edits in range(most + 1):
        for name in near:
            if edits <= len(name) // 3 and _within(letters, name, edits):
                return name
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
    prefixes: Iterable[str],
    allow_lists: Iterable[str],
    own: bool,
) -> str:
    """Return the setting with the same words and more, or the allow-list that is most alike.

    A name in the process that begins with no provider's prefix is compared with allow-lists only.
    """
    prefix = next(filter(name.startswith, prefixes), "")
    if not own and not prefix:
        settings = allow_lists
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
