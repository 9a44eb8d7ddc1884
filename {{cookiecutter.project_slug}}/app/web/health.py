"""Health checks."""

from flask import Blueprint, Response, jsonify

from ..signin.readiness import database_problem

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """Return 200 if the process is running."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Return 200 if the database is reachable and migrated, or 503."""
    problem = database_problem()
    return (jsonify(status=problem), 503) if problem else (jsonify(status="ok"), 200)
