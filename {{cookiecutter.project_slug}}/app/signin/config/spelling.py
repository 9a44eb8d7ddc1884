"""Compare names as people type them."""

import re


def within(a: str, b: str, edits: int) -> bool:
    """Return whether at most so many changes make `a` into `b`.

    A change adds, drops or replaces a letter, or swaps two neighbours.
    """
    if abs(len(a) - len(b)) > edits:
        return False
    while a[:1] == b[:1] != "":
        a, b = a[1:], b[1:]
    if not edits or not a or not b:
        return max(len(a), len(b)) <= edits
    swapped = a[:2] == b[1::-1] and within(a[2:], b[2:], edits - 1)
    steps = ((a[1:], b[1:]), (a[1:], b), (a, b[1:]))
    return swapped or any(within(*step, edits - 1) for step in steps)


def letters(name: str) -> str:
    """Return the letters and digits of a name, in capitals."""
    return re.sub("[^A-Z0-9]", "", name.upper())


def singular(name: str) -> list[str]:
    """Return the words of a name, in the singular."""
    return [re.sub("IES$", "Y", word).removesuffix("S") for word in name.upper().split("_")]
