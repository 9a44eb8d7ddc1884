"""The result of one check of `flask doctor`."""

from dataclasses import dataclass, replace
from typing import Any

# What a program reads in place of the words for people.
RESULTS = {"FAIL": "fail", "-": "not checked"}


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    `result` is `ok`, `FAIL`, `warn` (it may be wrong), `-` (not checked) or `info`.  `problem` says
    what is wrong, or why it was not checked, and `do` the one thing to do about it.
    """

    result: str
    name: str
    problem: str = ""
    do: str = ""

    def __str__(self) -> str:
        """Return the line for people."""
        says = ": ".join(filter(None, (self.name, self.problem, self.do)))
        return f"{self.result:<6}{says}"

    def of(self, whose: str) -> "Finding":
        """Return the same, about a provider."""
        return replace(self, name=f"{whose}: {self.name}")

    def as_json(self) -> dict[str, Any]:
        """Return the same for programs: `check` is the whole line."""
        said = {"result": RESULTS.get(self.result, self.result), "check": str(self)[6:]}
        if self.result in ("ok", "info"):
            return said
        return {**said, "name": self.name, "problem": self.problem, "do": self.do or self.problem}


def checked(name: str, problem: str = "", do: str = "") -> Finding:
    """Return `FAIL` if there is a problem, else `ok`."""
    return Finding("FAIL", name, problem, do) if problem else Finding("ok", name)


def not_checked(name: str, why: str = "", do: str = "") -> Finding:
    """Return that something was not checked, and why."""
    return Finding("-", name, f"not checked, {why}" if why else "not checked", do)
