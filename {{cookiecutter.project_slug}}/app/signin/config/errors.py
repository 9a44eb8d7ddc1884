"""The error of settings that cannot be used."""

from collections.abc import Iterable


class ConfigError(Exception):
    """The settings cannot be used.  The message names each problem, and no value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"The settings need attention:{lines}")
