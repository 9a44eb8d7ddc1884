"""What a login makes of answers that are not as recorded: each value changed, one at a time.

Nothing here is said per provider: the honest case of `recorded/<name>.json` is the first that
gives claims.  Each value of its answers and of its ID Token is taken away and replaced by others,
and what changes with it shows which claim it is the source of.
"""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from app.signin.oauth.claims import SHOWN
from app.signin.oauth.errors import OAuthError
from app.signin.oauth.provider import Claims

from .offline import Site
from .test_recorded import FILES, merged, read

GONE = object()
# What stands where a flag is missing or says no.
NOT_TRUE = (GONE, None, False, "", [], {})
# Which kind of token it is, each login checks for all providers alike.
OF_THE_TOKEN = ("access_token", "token_type")
CLAIMS = ("sub", *SHOWN)
each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)

Path = tuple[Any, ...]


def honest(recorded: dict[str, Any]) -> dict[str, Any]:
    """Return the first case that gives claims."""
    return merged(recorded, next(case for case in recorded["cases"] if "claims" in case))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Return the values that hold no others, with the way to them."""
    if isinstance(value, dict | list) and value:
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in entries:
            yield from leaves(member, (*path, key))
    else:
        yield path, value


def sources(case: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Return every value that the provider says."""
    for name, answer in case.get("answers", {}).items():
        for path, value in leaves(answer["json"], ("answers", name, "json")):
            if name != "tokens" or path[-1] not in OF_THE_TOKEN:
                yield path, value
    if case.get("id_token"):
        yield from leaves(case["id_token"], ("id_token",))
    if "user" in case:
        yield ("user",), case["user"]


def others(path: Path, value: Any) -> list[Any]:
    """Return what may stand in a value's place."""
    if path == ("user",):
        # A field of a form, so it is always text.
        return [GONE, "", "another", "null", "[]", "{}", '{"name": 7}']
    found = [GONE, None, "", "another", ["x"], {"x": "y"}]
    found += [7] if isinstance(value, str) else []
    return [*found, not value] if isinstance(value, bool) else found


def of_the_same_shape(value: Any) -> Any:
    """Return another text or number that a provider could as well send."""
    if isinstance(value, str) and value:
        return value[:-1] + ("1" if value[-1] != "1" else "2")
    return value + 1 if isinstance(value, int | float) and not isinstance(value, bool) else GONE


def changed(case: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return a case with one value changed; what is not on the way to it is not copied."""
    result = dict(case)
    place: Any = result
    for key in path[:-1]:
        place[key] = copy.copy(place[key])
        place = place[key]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return result


def outcome(site: Site, case: dict[str, Any]) -> Claims | str:
    try:
        return site.log_in(case)
    except OAuthError as error:
        return error.reason


def shown(path: Path, other: Any) -> str:
    return f"{'.'.join(map(str, path))} {'left out' if other is GONE else f'= {other!r}'}"


class Changes:
    """What became of the honest case, and what is wrong with that."""

    def __init__(self, name: str, recorded: dict[str, Any]) -> None:
        self.recorded, self.case = recorded, honest(recorded)
        self.site = Site(name, self.case)
        self.right = self.site.log_in(self.case)
        self.wrong: list[str] = []
        self.moved: set[str] = set()

    def check(self) -> list[str]:
        for path, value in sources(self.case):
            found = {}
            for number, other in enumerate(others(path, value)):
                try:
                    result = outcome(self.site, changed(self.case, path, other))
                except Exception as error:
                    self.wrong.append(f"{shown(path, other)}: {error!r}")
                    continue
                found[number] = (other, result)
                self.compare(path, other, value, result)
            similar = changed(self.case, path, of_the_same_shape(value))
            self.note(value, outcome(self.site, similar))
            self.check_flag(path, list(found.values()))
            self.check_address(path, found.get(0, (GONE, ""))[1])
        given = {claim for claim in CLAIMS if getattr(self.right, claim)}
        for claim in sorted(given - self.moved):
            self.wrong.append(f"{claim} {getattr(self.right, claim)!r} comes from no answer")
        return self.wrong

    def note(self, value: Any, result: Claims | str) -> None:
        """Note which claims a value changes; of an id it may also be that there is no login."""
        if isinstance(result, Claims):
            self.moved |= {c for c in CLAIMS if getattr(result, c) != getattr(self.right, c)}
        elif str(value) in self.right.sub or any(
            p in str(value) for p in self.right.sub.split(":")
        ):
            self.moved.add("sub")

    def subs(self, value: Any, other: Any) -> set[str]:
        """Return the ids that may be given with a value changed: an id may consist of two."""
        usable = isinstance(other, str | int) and not isinstance(other, bool) and other != ""
        old = str(value)
        changes = {str(other), self.right.sub.replace(old, str(other))} if usable and old else set()
        return {self.right.sub, *changes}

    def compare(self, path: Path, other: Any, value: Any, result: Claims | str) -> None:
        self.note(value, result)
        if isinstance(result, str):
            self.wrong += [] if result else [f"{shown(path, other)}: an error without a reason"]
            return
        what = shown(path, other)
        if result.sub not in self.subs(value, other):
            self.wrong.append(f"{what}: another person's sub {result.sub!r}")
        if result.picture is not None and not result.picture.startswith("https://"):
            self.wrong.append(f"{what}: picture {result.picture!r}")
        if result.name is not None and not result.name.strip():
            self.wrong.append(f"{what}: an empty name")
        if result.email_verified and not result.email:
            self.wrong.append(f"{what}: no address, but verified")

    def check_flag(self, path: Path, found: list[tuple[Any, Claims | str]]) -> None:
        """A value without which the same address is not verified is its flag."""
        results = [(other, one) for other, one in found if isinstance(one, Claims)]
        flag = self.right.email_verified and any(
            one.email == self.right.email and not one.email_verified for _, one in results
        )
        for other, one in results if flag else ():
            not_true = any(other is no or other == no for no in NOT_TRUE)
            if not_true and one.email_verified:
                self.wrong.append(f"{shown(path, other)}: the address is verified without its flag")

    def check_address(self, path: Path, result: Claims | str) -> None:
        """Without its address, somebody signs in unverified; a case may say that they can't."""
        value = self.case
        for key in path:
            value = value[key]
        if not isinstance(value, str) or value.lower() != (self.right.email or "").lower():
            return
        if isinstance(result, str) and result not in self.allowed_errors():
            self.wrong.append(f"{shown(path, GONE)}: refused ({result}), and no case says so")
        elif isinstance(result, Claims) and result.email is None and result.email_verified:
            self.wrong.append(f"{shown(path, GONE)}: verified without an address")

    def allowed_errors(self) -> set[str]:
        return {case["error"] for case in self.recorded["cases"] if "error" in case}


@each
def test_no_change_makes_it_another_persons(file):
    """A login ends in the same person's claims, or with a reason; nothing is made up."""
    wrong = Changes(file.stem, read(file)).check()

    where = f"app/signin/providers/{file.stem}.py, answers of recorded/{file.name}:"
    assert not wrong, "\n  ".join([where, *wrong])
