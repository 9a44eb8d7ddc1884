"""Logging: one line for each event, with its request id and without secrets."""

import json
import logging
import re
import secrets
import sys
from datetime import UTC, datetime
from threading import local
from typing import Any
from urllib.parse import quote, unquote

from flask import Flask, current_app, g, has_request_context, request

# What follows is a secret: whoever has an invitation's link can use it.
INVITATION = re.compile(r"invite[^a-z].*", re.IGNORECASE | re.DOTALL)
# Any other token in a path.
TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")
# In a line of the development server: a query, and the target of a request that is not plain.
QUERY = re.compile(r"\?\S*")
TARGET = re.compile(
    r"(?<=[a-z] )(?!HTTP/)(?=\S*(?:invite|%|[a-z0-9_-]{40})|\S{500})\S+", re.IGNORECASE
)
MAX_LENGTH = 500
MAX_DECODINGS = 5
FORWARDED = {"HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"}
UNTRUSTED = (
    "a proxy's headers arrived (%s), but TRUSTED_PROXIES is 0: all visitors behind a proxy share"
    " one rate limit and one address in the log. If this app is behind a proxy, set"
    " TRUSTED_PROXIES to the number of proxies; otherwise somebody made them up"
)

log = logging.getLogger(__name__)
_thread = local()


def init_app(app: Flask, *, development: bool, trusted_proxies: int = 0) -> None:
    """Give each request an id, and log to stderr: JSON in production, text in development."""

    @app.before_request
    def give_id() -> None:
        g.request_id = _thread.request_id = secrets.token_hex(8)
        if not (trusted_proxies or FORWARDED.isdisjoint(request.environ)):
            _warn_of_proxy()

    def log_exception(exception: Any) -> None:
        path = loggable(request.full_path)
        app.logger.error("Exception on %s [%s]", path, request.method, exc_info=exception)

    # Flask's own writes the path as it is.
    app.log_exception = log_exception  # type: ignore[assignment, method-assign]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Text() if development else _Json())
    root = logging.getLogger()
    root.handlers = [old for old in root.handlers if not isinstance(old.formatter, _Text | _Json)]
    root.addHandler(handler)
    logging.getLogger("app").setLevel(logging.INFO)
    # These log whole URLs, and a callback's query has the code and the state.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    logging.getLogger("werkzeug").addFilter(_clean)


def loggable(target: str) -> str:
    """Return the path of a request without its query and without a secret in it.

    It is percent-encoded, so it has no spaces, quotes or control characters.  A mangled link of an
    invitation is hidden too.
    """
    path = target.partition("?")[0]
    decoded = path
    for _ in range(MAX_DECODINGS):
        decoded = unquote(decoded)
    hidden = TOKEN.sub("...", INVITATION.sub("invite/...", decoded))
    shown = quote(path if hidden == decoded else hidden, safe="/:@!$&'()*+,;=~%")
    return shown if len(shown) <= MAX_LENGTH else f"{shown[:MAX_LENGTH]}..."


def _clean(record: logging.LogRecord) -> bool:
    """Hide secrets in a line of the development server, and add the id of its request."""
    record.args = tuple(map(_plain, record.args)) if isinstance(record.args, tuple) else record.args
    record.fields = {"request_id": _thread.__dict__.pop("request_id", None)}
    return True


def _plain(value: Any) -> Any:
    text = str(value).replace('"', "%22").encode("ascii", "backslashreplace").decode()
    return TARGET.sub(_shown, QUERY.sub("", text)) if isinstance(value, str) else value


def _shown(target: re.Match[str]) -> str:
    return loggable(target[0])


def _warn_of_proxy() -> None:
    """Log once that TRUSTED_PROXIES seems to be wrong."""
    if current_app.extensions.setdefault("warned_of_proxy", False):
        return
    current_app.extensions["warned_of_proxy"] = True
    found = sorted(FORWARDED.intersection(request.environ))
    names = ", ".join(name.removeprefix("HTTP_").replace("_", "-").title() for name in found)
    log.warning(UNTRUSTED, names)


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
        if record.levelno >= logging.WARNING:
            line = f"{record.levelname}: {line}"
        fields = " ".join(f"{name}={value!r}" for name, value in _fields(record).items() if value)
        return f"{line}  {fields}" if fields else line
