"""Errors of the API, as JSON.  Spec: RFC 6750 §3 and §3.1, RFC 6749 §5.2."""

import logging
from typing import Any, NoReturn

from flask import Blueprint, current_app, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response

from ..signin.auth import audit
from ..signin.database import is_unreachable
from ..signin.host import db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

log = logging.getLogger(__name__)

bp = Blueprint("api", __name__, url_prefix="/api")


class ApiError(Exception):
    """A request that the API refuses.

    `error` is a word, `description` says what to do.  `challenge` are the members of
    WWW-Authenticate, where the token is the problem.
    """

    def __init__(
        self,
        status: int,
        error: str,
        description: str,
        challenge: dict[str, str | None] | None = None,
    ) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description
        self.challenge = challenge


def answer(status: int, error: str, description: str) -> Response:
    """Return the JSON of an error."""
    response = jsonify(error=error, error_description=description, request_id=audit.request_id())
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.errorhandler(ApiError)
def refused(problem: ApiError) -> Response:
    """Return a refusal, with the challenge that RFC 6750 asks for."""
    response = answer(problem.status, problem.error, problem.description)
    if problem.challenge:
        response.headers["WWW-Authenticate"] = str(WWWAuthenticate("bearer", problem.challenge))
    audit.log_only("api_refused", reason=problem.error, detail=problem.description)
    return response


@bp.errorhandler(HTTPException)
def http_error(problem: HTTPException) -> Response:
    """Return an error of Flask, such as 404 or 429, with its headers."""
    status = problem.code or 500
    words: dict[Any, str] = {429: "too_many_requests", 500: "server_error"}
    error = words.get(status, (problem.name or "error").lower().replace(" ", "_"))
    if isinstance(problem, InternalServerError):
        response = answer(status, error, "Something went wrong here. The error was logged.")
    else:
        response = answer(status, error, problem.description or problem.name)
    for name, value in problem.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


@bp.errorhandler(SQLAlchemyError)
def database_error(problem: SQLAlchemyError) -> Response:
    """Return 503 if the database does not answer; any other error is a bug and is raised."""
    db.session.rollback()
    if not is_unreachable(problem):
        raise problem
    log.error("the database does not answer", exc_info=problem)
    return answer(503, "temporarily_unavailable", "Try again in a moment.")


@bp.route("/<path:rest>", methods=METHODS)
def nothing_here(rest: str) -> NoReturn:
    """Raise 404 or 405 for what no other view answers, so that the error is JSON."""
    urls = current_app.url_map.bind("")
    found = {name: urls.match(request.path, method=name)[0] for name in METHODS}
    answered = [name for name, endpoint in found.items() if endpoint != request.endpoint]
    raise MethodNotAllowed(answered) if answered else NotFound()
