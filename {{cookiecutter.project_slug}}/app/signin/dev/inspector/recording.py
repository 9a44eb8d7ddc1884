"""What is kept of a login."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app, g, has_app_context

from ...database import now
from .places import Place

BROWSER, APP, PROVIDER = "browser", "app", "provider"
# How many logins are kept.
KEPT = 20
MAX_STEPS = 60


@dataclass(frozen=True)
class Row:
    """A value for the page, its secrets shortened, and what it is for."""

    name: str
    value: str
    meaning: str = ""


@dataclass
class Table:
    """Some values with a title.  `undone` means that the database has rolled them back."""

    title: str
    rows: list[Row]
    meaning: str = ""
    undone: bool = False


@dataclass
class Check:
    """A condition that the code checked.  `passed` is false for the one that ended the login."""

    place: Place
    condition: str
    refusal: str
    passed: bool = True


@dataclass
class Step:
    """An arrow of the diagram, or with `source` and `target` alike something that the app did.

    `kind` names the step for the code.  `seen` is false for what the app knows only by its result.
    `failed` says why the login ended here.
    """

    kind: str
    source: str
    target: str
    title: str
    why: str = ""
    place: Place | None = None
    tables: list[Table] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    seen: bool = True
    milliseconds: int | None = None
    failed: str = ""


@dataclass
class Recording:
    """A login, from the button to the last redirect.

    `request_ids` are those of its requests.  `outcome` is the last audit event, `code` the one of
    the error page.
    """

    provider: str
    started_at: datetime = field(default_factory=now)
    steps: list[Step] = field(default_factory=list)
    request_ids: list[str] = field(default_factory=list)
    state: str = ""
    purpose: str = ""
    outcome: str = ""
    reason: str = ""
    detail: str = ""
    code: str = ""
    uncommitted: list[Table] = field(default_factory=list)
    # Why there are no checks, if they could not be noticed.
    unchecked: str = ""

    @property
    def id(self) -> str:
        """Return the id of its first request, which its address has."""
        return self.request_ids[0]

    @property
    def failed(self) -> bool:
        """Return whether the login ended with an error."""
        return any(step.failed for step in self.steps)

    def add(self, step: Step) -> Step:
        """Add a step, unless there are too many."""
        if len(self.steps) < MAX_STEPS:
            self.steps.append(step)
        return step

    def last(self, *kinds: str) -> Step:
        """Return the last step of one of these kinds, or else the last step."""
        fitting = (step for step in reversed(self.steps) if step.kind in kinds)
        return next(fitting, self.steps[-1])

    def note(self, kind: str, title: str) -> Step:
        """Return the last step if it is of this kind, or a new one that the app does by itself."""
        last = self.steps[-1]
        return last if last.kind == kind else self.add(Step(kind, APP, APP, title))

    def fail(self, why: str) -> None:
        """Mark the step that the login ended at: where a check failed, or else the last one."""
        if self.failed:
            return
        refused = (step for step in self.steps if not all(check.passed for check in step.checks))
        next(refused, self.steps[-1]).failed = why


def current() -> Recording | None:
    """Return the recording that this request belongs to."""
    found: Recording | None = g.get("inspected") if has_app_context() else None
    return found


def recordings() -> deque[Recording]:
    """Return the logins of this app, the newest first."""
    found: deque[Recording] = current_app.extensions.setdefault(
        "signin_inspector", deque(maxlen=KEPT)
    )
    return found


def with_state(states: Iterable[str]) -> Recording | None:
    """Return the login that was started with one of these values of `state`."""
    wanted = set(filter(None, states))
    return next((one for one in tuple(recordings()) if one.state in wanted), None)
