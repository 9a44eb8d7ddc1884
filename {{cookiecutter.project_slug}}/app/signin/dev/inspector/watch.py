"""Watch the requests, calls and events of a login, as they happen."""

import logging
from urllib.parse import parse_qs, urlsplit

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response as Answer

from ...auth import CALLBACKS, audit
from ...oauth.authorization import authorization_url
from . import calls, checks, statements
from .meanings import EVENTS, STEPS
from .places import place_of
from .recording import (
    APP,
    BROWSER,
    PROVIDER,
    Recording,
    Row,
    Step,
    Table,
    current,
    recordings,
    with_state,
)
from .shown import query_table, shown, table

# The forms that start a login, and what they start.
STARTS = {
    "signin.start": "Sign in",
    "signin_account.link": "Connect",
    "signin_account.reauthenticate": "Confirm",
    "signin_dev.start": "Try",
}
# Imported for what it adds to the engine.
LISTENING = statements
FAILURES = ("refused", "failed", "database_problem", "form_refused", "rate_limited")


def init_app(app: Flask) -> None:
    """Watch the logins of an app."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_stop)
    http = app.extensions["signin"].flow.http
    # An attribute of the object, which hides the method of its class.
    vars(http)["send"] = calls.watched(http.send)
    logger = logging.getLogger("app.audit")
    logger.setLevel(logging.INFO)
    logger.addHandler(HANDLER)


def _begin() -> None:
    """Begin a recording with a form that starts a login, or continue it with the callback."""
    endpoint, provider = request.endpoint or "", (request.view_args or {})
    starts = endpoint in STARTS and request.method == "POST"
    if not starts and (endpoint not in CALLBACKS or request.method == "HEAD"):
        return
    states = request.values.getlist("state")
    recording = None if starts else with_state(states)
    if recording is None:
        recording = Recording(provider.get("provider") or provider.get("name", ""))
        recording.purpose = STARTS.get(endpoint, "")
        recordings().appendleft(recording)
    recording.request_ids.append(audit.request_id())
    recording.code = recording.outcome = ""
    _add_request(recording, starts=starts)
    g.inspected = recording
    checks.start(recording)


def _add_request(recording: Recording, *, starts: bool) -> None:
    posted = request.method == "POST"
    place = place_of(current_app.view_functions[request.endpoint or ""])
    if starts:
        sent = table("The form", request.form.items(multi=True))
        step = Step("start", BROWSER, APP, f"POST {request.path}", place=place)
    else:
        title = "a form that posts itself" if posted else "back to the app"
        recording.add(Step("answered", PROVIDER, BROWSER, title, STEPS["answered"], seen=False))
        parameters = request.form if posted else request.args
        sent = table("The response", parameters.items(multi=True))
        step = Step("callback", BROWSER, APP, f"{request.method} {request.path}", place=place)
    step.why = STEPS["posted callback" if posted and not starts else step.kind]
    step.tables.append(sent)
    recording.add(step)


def _end(answer: Answer) -> Answer:
    """Add where the app sends the browser."""
    recording = current()
    if recording is None:
        return answer
    _stop()
    location = urlsplit(answer.location or "")
    states = parse_qs(location.query).get("state")
    if states and location.netloc:
        recording.state = states[0]
        _add_way_to_provider(recording, answer)
    else:
        _add_end(recording, answer, location.path)
    cookies = [cookie.partition(";")[0] for cookie in answer.headers.getlist("Set-Cookie")]
    if cookies:
        pairs = (cookie.partition("=") for cookie in cookies)
        rows = [Row(name, shown("cookie", value)) for name, _, value in pairs]
        recording.last("to provider", "finished").tables.append(Table("Cookies", rows))
    return answer


def _add_way_to_provider(recording: Recording, answer: Answer) -> None:
    url = answer.location or ""
    parts = urlsplit(url)
    step = Step("to provider", APP, BROWSER, f"{answer.status_code} to {parts.netloc}")
    step.why = STEPS[step.kind]
    recording.add(step)
    step = Step("at provider", BROWSER, PROVIDER, f"GET {parts.netloc}{parts.path}")
    step.why, step.place = STEPS[step.kind], place_of(authorization_url)
    step.tables.append(query_table("The request", url))
    recording.add(step)


def _add_end(recording: Recording, answer: Answer, path: str) -> None:
    title = f"{answer.status_code} to {path}" if path else str(answer.status_code)
    recording.add(Step("finished", APP, BROWSER, title, STEPS["finished"] if path else ""))
    if path.startswith("/login/error/"):
        recording.code = path.rpartition("/")[2]
    elif answer.status_code >= 400:
        recording.fail(f"The app answered {answer.status_code}.")


def _stop(error: BaseException | None = None) -> None:
    """End the recording of a request.  `error` is a bug of the app, which no page explains."""
    recording = current()
    if recording is None:
        return
    checks.stop(recording)
    if error is not None:
        recording.fail(f"{type(error).__name__}: {error}")


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Take the audit event that says how a login ended."""
        recording, fields = current(), record.__dict__.get("fields", {})
        event = fields.get("event")
        if recording is None or event not in (*EVENTS, *FAILURES, "cancelled"):
            return
        recording.outcome = event
        recording.reason, recording.detail = fields.get("reason") or "", fields.get("detail") or ""
        if event in FAILURES:
            recording.fail(recording.detail or recording.reason)
        elif event in EVENTS:
            step = recording.note("account", "")
            step.title, step.why = EVENTS[event]


# One for the process: a logger takes the same handler once.
HANDLER = _Handler(logging.INFO)
