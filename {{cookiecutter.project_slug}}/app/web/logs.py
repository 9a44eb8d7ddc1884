"""Logging: one line for each event, with its request id and without secrets."""

import json
import logging
import re
import secrets
import sys
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, has_request_context

QUERY = re.compile(r"\?\S*")


def init_app(app: Flask, *, development: bool) -> None:
    """Give each request an id, and log to stderr: JSON in production, text in development."""

    @app.before_request
    def give_id() -> None:
        g.request_id = secrets.token_hex(8)

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Text() if development else _Json())
    root = logging.getLogger()
    root.handlers = [old for old in root.handlers if not isinstance(old.formatter, _Text | _Json)]
    root.addHandler(handler)
    logging.getLogger("app").setLevel(logging.INFO)
    # These log whole URLs, and a callback's query has the code and the state.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    logging.getLogger("werkzeug").addFilter(_without_query)


def _without_query(record: logging.LogRecord) -> bool:
    """Remove the query from the development server's lines."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            QUERY.sub("", value) if isinstance(value, str) else value for value in record.args
        )
    return True


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = dict(getattr(record, "fields", {}))
    if has_request_context():
        fields["request_id"] = g.get("request_id")
    return fields


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        fields = " ".join(f"{name}={value!r}" for name, value in _fields(record).items())
        return f"{line}  {fields}" if record.name.startswith("app") else line
