"""Pages for what goes wrong outside a sign-in: fixed texts, and nothing of the request."""

import logging

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from .csrf import ForeignOrigin
from .db import db

TEXTS = {
    400: ("That request was not understood", "Go back, reload the page and try again."),
    403: ("This is not for you", "You are signed in, but may not do this."),
    404: ("There is nothing here", "The address may have changed. Start from the home page."),
    405: ("That does not work here", "This address does not take that kind of request."),
    413: ("That is too large", "Send less at a time."),
    429: ("Too many requests", "Wait a minute, then try again."),
    500: ("Something went wrong here", "It was logged. Try again in a moment."),
    503: ("This site is not ready", "Nothing was lost. Try again in a moment."),
}
EXPIRED = (
    "This page was open too long, so its form was not taken. Try again. If that happens every time,"
    " allow this site to keep cookies."
)
ELSEWHERE = "This page was opened at another address than the site's own. Open it there: "

log = logging.getLogger(__name__)


def problem_page(status: int, text: str | None = None) -> tuple[str, int]:
    """Return the page of an HTTP status."""
    title, usual = TEXTS.get(status, TEXTS[400 if status < 500 else 500])
    return render_template(
        "problem.html", status=status, title=title, text=text or usual, request_id=g.request_id
    ), status


def init_app(app: Flask) -> None:
    """Answer every error with a page."""

    @app.errorhandler(HTTPException)
    def http_problem(problem: HTTPException) -> Response | tuple[str, int]:
        page, status = problem_page(problem.code or 500)
        if problem.response is not None:
            return problem.response  # type: ignore[return-value]
        answer = app.make_response((page, status))
        if status == 405:
            answer.headers.extend(problem.get_headers())
            answer.content_type = "text/html; charset=utf-8"
        return answer

    @app.errorhandler(CSRFError)
    def expired_form(problem: CSRFError) -> Response | tuple[str, int]:
        """A form whose page is older than the sign-in, or than the key: show the button again."""
        log.info("form refused: %s", problem.description)
        if isinstance(problem, ForeignOrigin):
            return problem_page(400, ELSEWHERE + app.config["PUBLIC_URL"])
        if request.endpoint == "auth.start":
            from .auth import auth
            from .auth.routes import start_page

            provider = (request.view_args or {})["provider"]
            if provider not in auth().settings.clients:
                return problem_page(404)
            return start_page(provider, request.form.getlist("next"), EXPIRED), 400
        return problem_page(400, EXPIRED)

    @app.errorhandler(SQLAlchemyError)
    def database_problem(problem: SQLAlchemyError) -> tuple[str, int]:
        db.session.rollback()
        log.error("the database failed: %s", type(problem).__name__)
        return problem_page(503)
