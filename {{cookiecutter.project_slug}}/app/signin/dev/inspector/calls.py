"""Watch the calls to providers."""

import sys
import time
from collections.abc import Callable
from copy import copy
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import requests

from ...oauth.discovery import read_keys, read_metadata
from ...oauth.errors import OAuthError
from ...oauth.responses import Response
from ...oauth.token import code_request
from . import checks
from .meanings import PARAMETERS, STEPS
from .places import Place, place_at, place_of
from .recording import APP, PROVIDER, Row, Step, Table, current
from .shown import body_tables, flat, names, query_table, shown, table

# What makes a request, where that is not the caller of `Http.send`.
PLACES: dict[str, Callable[..., Any]] = {
    "token": code_request,
    "metadata": read_metadata,
    "keys": read_keys,
}

Send = Callable[..., Response]


def watched(send: Send) -> Send:
    """Return `Http.send`, with the request and the response added to the recording."""

    def watched_send(provider: str, asked: requests.Request, kind: str = "token") -> Response:
        recording = current()
        if recording is None:
            return send(provider, asked, kind)
        recording.add(_request_step(asked, kind))
        started = time.monotonic()
        try:
            answer = send(provider, asked, kind)
        except OAuthError as error:
            why = str(error)
            recording.add(Step(f"{kind} answer", PROVIDER, APP, "no answer", failed=why))
            raise
        what = "The response" if answer.status < 300 else f"The response, status {answer.status}"
        tables = body_tables(what, answer.body)
        title = f"{answer.status}: {names(tables) or answer.headers.get('Content-Type', 'empty')}"
        step = Step(f"{kind} answer", PROVIDER, APP, title, tables=tables)
        step.milliseconds = round((time.monotonic() - started) * 1000)
        recording.add(step)
        return answer

    return watched_send


def _request_step(asked: requests.Request, kind: str) -> Step:
    try:
        prepared = copy(asked).prepare()
    except (requests.RequestException, ValueError):
        # `send` says what is wrong with its URL.
        return Step(kind, APP, PROVIDER, f"{asked.method} {shown('url', asked.url)}")
    parts = urlsplit(prepared.url or "")
    step = Step(kind, APP, PROVIDER, f"{prepared.method} {parts.netloc}{parts.path}")
    step.why = STEPS.get(kind, "")
    step.place = place_of(PLACES[kind]) if kind in PLACES else _caller()
    if parts.query:
        step.tables.append(query_table("The query", prepared.url or ""))
    if body := asked.data or asked.json:
        step.tables.append(table("The body", flat(body)))
    if credentials := prepared.headers.get("Authorization"):
        scheme, _, value = credentials.partition(" ")
        said = f"{scheme} {shown('Authorization', value)}"
        row = Row("Authorization", said, PARAMETERS["Authorization"])
        step.tables.append(Table("The header", [row]))
    return step


def _caller() -> Place | None:
    """Return the place that calls the provider: the nearest of the flow or of its provider."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if checks.is_watched(frame.f_code.co_filename):
            return place_at(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None
