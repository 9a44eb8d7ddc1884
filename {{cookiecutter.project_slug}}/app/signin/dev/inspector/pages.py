"""The pages of the inspector."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...auth import settings
from ...oauth.responses import is_local_name
from ..each_request import is_from_this_machine
from .recording import APP, BROWSER, PROVIDER, Check, Recording, Step, recordings

# Where each of the three stands in the diagram, in percent of its width.
LANES = {BROWSER: 12, APP: 50, PROVIDER: 88}
# What the head of an arrow takes.
HEAD = 1

bp = Blueprint(
    "signin_inspector",
    __name__,
    url_prefix="/dev/inspector",
    template_folder="templates",
    static_folder="static",
)


@bp.before_request
def for_this_machine() -> tuple[str, int] | None:
    """Refuse other machines: a recording has names, addresses and parts of secrets.

    A page of another site can make its own host name lead to this machine (DNS rebinding), so the
    name counts too.
    """
    host = request.host.rpartition(":")[0] or request.host
    here = is_from_this_machine() and is_local_name(host.strip("[]"))
    if here or settings().practice_for_all:
        return None
    return render_template("signin/dev/inspector_refused.html"), 403


@bp.get("/")
def index() -> str:
    """Show the last logins, the newest as a diagram."""
    known = tuple(recordings())
    return render_template(
        "signin/dev/inspector.html",
        recordings=known,
        recording=known[0] if known else None,
        **_helpers(),
    )


@bp.get("/<request_id>")
def login(request_id: str) -> str | Response:
    """Show the login that a request belongs to."""
    found = next((one for one in tuple(recordings()) if request_id in one.request_ids), None)
    if found is None:
        return render_template("signin/dev/inspector_gone.html")
    if found.id != request_id:
        return redirect(url_for("signin_inspector.login", request_id=found.id), code=303)
    return render_template(
        "signin/dev/inspector.html", recordings=tuple(recordings()), recording=found, **_helpers()
    )


def _helpers() -> dict[str, object]:
    return {
        "label": settings().label,
        "lanes": LANES,
        "arrow": arrow,
        "advice": advice,
        "by_function": by_function,
        "outcome": outcome,
    }


def arrow(step: Step) -> tuple[float, float]:
    """Return where an arrow begins and ends, in percent of the diagram's width."""
    start, end = LANES[step.source], LANES[step.target]
    return start, end - HEAD if end > start else end + HEAD


def by_function(step: Step) -> list[list[Check]]:
    """Return the checks of a step, those of each function together, in the order they ran."""
    found: dict[tuple[str, str], list[Check]] = {}
    for check in step.checks:
        found.setdefault((check.place.path, check.place.function), []).append(check)
    return list(found.values())


def outcome(recording: Recording) -> tuple[str, str]:
    """Return how a login ended, in words, and the kind of its badge."""
    if recording.failed:
        return "failed", "danger"
    if recording.outcome == "cancelled":
        return "cancelled", "warning"
    return ("finished", "ok") if recording.steps[-1].kind == "finished" else ("at the provider", "")


def advice(recording: Recording) -> str:
    """Return what the error page tells the owner to do, as HTML."""
    if not recording.code:
        return ""
    template = current_app.jinja_env.get_template(f"signin/errors/{recording.code}.html")
    return "".join(template.blocks["operator"](template.new_context()))
