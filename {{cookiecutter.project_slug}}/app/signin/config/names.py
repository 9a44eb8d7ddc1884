"""Notice variables that are no setting of this app, but are probably meant as one."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from ..oauth.provider import Provider
from . import other_kits, other_providers
from .other_providers import ALLOW_LISTS
from .reader import Reader
from .spelling import letters, singular, within

# Settings that decide who comes in, beside the allow-lists.
DECIDING = ("SIGNUP", "REQUIRE_EMAIL", "ADMINS", "LINK_BY_EMAIL", "UNRESTRICTED_PROVIDERS")
# Every name that begins so is checked with its provider.
GENERIC = ("OIDC_", "OAUTH_")


def check(reader: Reader, chosen: Iterable[Provider], allow_lists: Collection[str]) -> None:
    """Report each variable that looks like a setting and is none.

    A name in `.env` that resembles a setting about who comes in is a problem.  Variables of the
    process may be those of other programs: these are only reported, but for misspelt allow-lists
    with a provider's name and for allow-lists from a file, which no other program has.
    """
    providers = [provider for provider in chosen if not provider.settings_prefix]
    prefixes = [provider.setting("") for provider in providers]
    meanings = _meanings(reader.asked, allow_lists, prefixes)
    by_length = _by_length(meanings)
    unknown = sorted({*reader.values, *reader.empty} - reader.asked)
    unknown = [name for name in unknown if not name.startswith(GENERIC)]
    # Of the process's variables only an allow-list of another provider is told.
    told = [one for one in unknown if one in reader.written or one.upper().endswith(ALLOW_LISTS)]
    told = [one for one in told if not one.upper().startswith(GENERIC)]
    others = other_providers.explanations(told, providers)
    for name in unknown:
        own = name in reader.written
        if name in others:
            _tell_other(reader, name, others[name])
            continue
        if own and (advice := other_kits.advice(name, prefixes)):
            reader.notice(name, f"is not a setting of this app: {advice}")
            continue
        meant = name.upper() if own and name.upper().startswith(GENERIC) else ""
        if name.upper() not in other_kits.OTHER_WORDS:
            meant = meant or meanings.get(_nearest(letters(name), by_length, own), "")
            meant = meant or _loosely(name, reader.asked, prefixes, allow_lists, own)
        if own and not meant:
            meant = _by_another_name(reader, name, providers)
        _tell(reader, name, meant, allow_lists)


def _meanings(
    asked: Iterable[str], allow_lists: Iterable[str], prefixes: Iterable[str]
) -> dict[str, str]:
    """Return the settings by their letters, allow-lists without their provider too."""
    settings = {letters(setting): setting for setting in sorted(asked)}
    pairs = ((setting, prefix) for setting in allow_lists for prefix in prefixes)
    return settings | {letters(one.removeprefix(prefix)): one for one, prefix in pairs}


def _tell(reader: Reader, name: str, meant: str, allow_lists: Collection[str]) -> None:
    """Report a name that stands for the setting `meant`, if there is one."""
    text = f"did you mean {meant}?"
    if not name.isascii():
        text += " Type its name again: it has a character that is not ASCII, maybe an invisible one"
    if (named := name.upper()).endswith("_FILE") and named[:-5] in reader.asked:
        meant, text = named[:-5], "only secrets can come from a file"
    if not meant:
        return
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
    written, meant = letters(name), letters(allow_list)
    if written == f"{meant}FILE":
        return True
    provider, *_, listed = singular(allow_list)
    named = written.startswith(provider) and listed in written
    return provider != "ALLOWED" and (named or within(written, meant, 2))


def _tell_other(reader: Reader, name: str, text: str) -> None:
    """Report a setting of a provider that this app does not have."""
    if other_providers.parts(name)[1] in ALLOW_LISTS:
        tell = reader.problem if name in reader.written else reader.notice
        tell(name, f"keeps nobody out, since it {text}")
    elif name in reader.written:
        reader.notice(name, text)


def _by_another_name(reader: Reader, name: str, providers: Iterable[Provider]) -> str:
    """Return the setting that has this name elsewhere.  If it is set, the name is no mistake.

    Nobody but Flask reads its words: whoever writes them expects an effect.
    """
    prefixes = [provider.setting("") for provider in providers]
    meant = other_kits.meant(name, prefixes) or other_providers.meant(name, providers)
    return "" if meant in reader.values and name not in other_kits.OF_FLASK else meant


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
            if edits <= len(name) // 3 and within(letters, name, edits):
                return name
    return ""


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
    words = singular(name)
    for setting in sorted(settings):
        others = singular(setting)
        if len(words) > 1 and words[0] == others[0] and set(words) <= set(others):
            return setting
    lists = [one for one in allow_lists if one.startswith(prefix or "ALLOWED_")]
    return next(iter(get_close_matches(name, lists, 1, 0.7)), "")
