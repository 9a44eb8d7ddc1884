"""Count audit events.

Each event, stored or not, passes `audit.log_only` as one record of the logger `app.audit`; here the
records are counted.  Nothing in sign-in knows of it.
"""

import logging
from typing import Any

from flask import current_app, has_app_context

from .labels import REASONS, bounded
from .series import Series

# The events with which a sign-in ends.
OUTCOMES = ("sign_in", "sign_up", "link", "reauthenticate", "held", "cancelled", "refused")


def init_app() -> None:
    """Count the events of all apps in this process that have metrics."""
    logger = logging.getLogger("app.audit")
    logger.setLevel(logging.INFO)
    logger.addHandler(HANDLER)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Count one event."""
        series = current_app.extensions.get("metrics") if has_app_context() else None
        if series is None:
            return
        try:
            count(series, record.__dict__.get("fields", {}))
        except Exception:
            # A number that is missing stops nobody's sign-in.
            self.handleError(record)


# One for the process: a logger takes the same handler once.
HANDLER = _Handler(logging.INFO)


def count(series: Series, fields: dict[str, Any]) -> None:
    """Count one event by its fields in the log."""
    event, reason = fields.get("event"), bounded(fields.get("reason"), REASONS)
    if event in OUTCOMES:
        provider = bounded(fields.get("provider"), series.providers)
        series.logins.labels(provider, event, reason).inc()
    elif event == "rate_limited":
        series.rate_limited.labels(reason).inc()
    else:
        series.events.labels(event, reason).inc()
