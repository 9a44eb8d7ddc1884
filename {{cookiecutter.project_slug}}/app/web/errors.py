"""Error pages with fixed texts; nothing from the request is shown."""

import logging

from flask import Flask, Response, g, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from ..db import db
from ..signin.auth import audit
from ..signin.database import is_unreachable
from .logs import loggable

TEXTS = {
    400: ("We couldn't understand that request", "Go back, reload the page and try again."),
    403: ("You don't have access", "You don't have permission to view this page."),
    404: ("Page not found", "The address may have changed. Start from the home page."),
    405: ("Method not allowed", "This address does not accept that kind of request."),
    413: ("Request too large", "Send less data."),
    429: ("Too many requests", "Wait a minute, then try again."),
    500: ("Something went wrong", "The error was logged. Try again in a moment."),
    503: ("This site is temporarily unavailable", "Try again in a moment."),
}
log = logging.getLogger(__name__)


def error_page(status: int, text: str = "") -> tuple[str, int]:
    """Return the page of an HTTP status."""
    title, usual = TEXTS.get(status, TEXTS[400 if status < 500 else 500])
    page = render_template(
        "error.html", status=status, title=title, text=text or usual, request_id=g.request_id
    )
    return page, status


def _log(problem: HTTPException) -> None:
    """Log an error that no other event tells about: 429 has one, 500 has its traceback."""
    if problem.code not in (429, 500):
        detail = f"{request.method} {loggable(request.full_path)}"
        audit.log_only("http_error", reason=f"http_{problem.code}", detail=detail)


def init_app(app: Flask) -> None:
    """Show a page for every error.

    An unreachable database is a 503.  Any other database error is a bug of the app.  It is raised,
    so that the debugger shows it in development and the log has it in production.
    """

    @app.errorhandler(HTTPException)
    def http_error(problem: HTTPException) -> Response | HTTPException | tuple[str, int]:
        if problem.response is not None:
            return problem
        cause = getattr(problem, "original_exception", None)
        if isinstance(cause, SQLAlchemyError) and is_unreachable(cause):
            # The page of another error needed the user.
            return database_error(cause)
        _log(problem)
        response = app.make_response(error_page(problem.code or 500))
        if problem.code == 405:
            response.headers["Allow"] = dict(problem.get_headers())["Allow"]
        return response

    @app.errorhandler(SQLAlchemyError)
    def database_error(problem: SQLAlchemyError) -> tuple[str, int]:
        # After a failed COMMIT, SQLite keeps the transaction open.
        db.session.rollback()
        if not is_unreachable(problem):
            raise problem
        log.error("the database does not answer", exc_info=problem)
        return error_page(503)
