"""What tests need of the machine.  Without it a test is skipped; where CI is set, it fails."""

import os
from collections import Counter
from collections.abc import Iterable
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")
SKIPPED = "Skipped: "
NEEDS = "needs "


def is_missing(what: str, where: str, *, always: bool = True) -> NoReturn:
    """End this test.  `what` is the name in the summary, `where` what was looked for.

    What is not `always` needed may be missing in CI too.
    """
    reason = f"{NEEDS}{what} ({where})"
    if always and IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


def closing_line(skipped: Iterable[pytest.TestReport]) -> str:
    """Return how many tests were not run and why, or an empty string."""
    texts = [report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)]
    reasons = Counter(text.removeprefix(SKIPPED).partition(" (")[0] for text in texts)
    if not reasons:
        return ""
    each = ", ".join(f"{count} {_plural(reason, count)}" for reason, count in reasons.most_common())
    return f"Not run: {reasons.total()} of the tests. {each}."


def _plural(reason: str, count: int) -> str:
    return reason.replace(NEEDS, "need ", 1) if count > 1 else reason
