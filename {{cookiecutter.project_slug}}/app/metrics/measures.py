"""Measure requests, calls to providers, and the connections of the database."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask, g, request, request_finished, request_started
from sqlalchemy import event

from ..db import engine_options
from ..signin.auth import signin
from ..signin.host import db
from .labels import NONE
from .series import Series


def init_app(app: Flask) -> None:
    """Measure this app."""
    series: Series = app.extensions["metrics"]
    request_started.connect(_start, app)
    request_finished.connect(_finish, app)
    with app.app_context():
        signin().flow.http.watched = lambda provider, kind: _call(series, provider, kind)
        _watch_connections(series, engine_options(db.engine.url))


def _start(_app: Flask, **_: Any) -> None:
    g.request_started_at = time.perf_counter()


def _finish(app: Flask, response: Any, **_: Any) -> None:
    """Count a request.  A path that no function answers has no endpoint and no method.

    A WebSocket is open for as long as its page is, so its time says nothing.
    """
    series: Series = app.extensions["metrics"]
    seconds = time.perf_counter() - g.request_started_at
    endpoint = request.endpoint or NONE
    method = request.method if request.endpoint else NONE
    series.requests.labels(endpoint, method, response.status_code).inc()
    if request.url_rule is None or not request.url_rule.websocket:
        series.request_seconds.labels(endpoint).observe(seconds)


@contextmanager
def _call(series: Series, provider: str, kind: str) -> Iterator[None]:
    """Measure a call to a provider, however it ends."""
    started = time.perf_counter()
    try:
        yield
    except BaseException:
        series.provider_failures.labels(provider, kind).inc()
        raise
    finally:
        series.provider_seconds.labels(provider, kind).observe(time.perf_counter() - started)


def _watch_connections(series: Series, options: Mapping[str, Any]) -> None:
    """Count the connections that leave the pool and come back."""

    def connected(*_: Any) -> None:
        # Not at the start: a process that gunicorn forks later has a pool of its own.
        if "pool_size" in options:
            series.connections_limit.set(options["pool_size"] + options["max_overflow"])

    event.listen(db.engine, "connect", connected)
    event.listen(db.engine, "checkout", lambda *_: series.connections.inc())
    event.listen(db.engine, "checkin", lambda *_: series.connections.dec())
