"""Health checks."""

import logging

from flask import Blueprint, Response, jsonify

from ..signin.auth import settings
from ..signin.readiness import database_problem

bp = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@bp.get("/healthz")
def healthz() -> Response:
    """Return 200 if the process is running."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Return 200 if the database is reachable and migrated, or 503.

    In production, strangers are not told why.  The log has it, and `flask doctor` prints it.
    """
    problem = database_problem()
    if problem is None:
        return jsonify(status="ok"), 200
    log.warning("not ready: %s", problem)
    return jsonify(status=problem if settings().development else "not ready"), 503
