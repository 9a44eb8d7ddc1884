"""A bug of the owner's own stays visible to the owner, and shows a visitor nothing.

Only a database that does not answer is "unavailable"; a statement that is wrong is a bug.
"""

import logging
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from harness.app_server import RunningApp
from harness.visitor import Visitor, text_of
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, MultipleResultsFound, NoResultFound, OperationalError

from .conftest import ADA, Serve, Visit


def missing_table() -> str:
    """The most common mistake: a model without its migration."""
    from app.db import db

    db.session.execute(text("SELECT secret_column FROM books"))
    return "never"


def not_null() -> str:
    from app.db import db

    db.session.execute(text("INSERT INTO users (name) VALUES ('x')"))
    return "never"


def no_result() -> str:
    raise NoResultFound("no row was found")


def several_results() -> str:
    raise MultipleResultsFound("several rows")


def zero() -> str:
    return str(1 // 0)


def provider_call() -> str:
    """A page that calls a provider's API for its user; a refusal is no stopped sign-in."""
    from app.signin.oauth.errors import InvalidResponse

    raise InvalidResponse("the provider answered 401")


def locked() -> str:
    raise OperationalError("", {}, sqlite_error(sqlite3.SQLITE_BUSY))


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("text of the database")
    error.sqlite_errorcode = code
    return error


BUGS = [missing_table, not_null, no_result, several_results, zero, provider_call]


@pytest.fixture
def pages(serve: Serve) -> RunningApp:
    app = serve()
    app.app._got_first_request = False
    for page in [*BUGS, locked]:
        app.app.add_url_rule(f"/own/{page.__name__}", page.__name__, page)
    return app


@pytest.mark.parametrize("page", BUGS, ids=lambda page: page.__name__)
def test_a_bug_is_a_500_with_its_traceback_in_the_log(
    page: Callable[[], str], pages: RunningApp, visit: Visit
) -> None:
    answer = visit(pages).visit(f"/own/{page.__name__}")

    assert answer.status_code == 500
    assert "Something went wrong" in text_of(answer)
    for word in ("secret_column", "Traceback", "INSERT", "sqlite"):
        assert word not in answer.text
    [logged] = [record for record in pages.log if record.exc_info and record.name == "app"]
    assert logged.levelno == logging.ERROR
    assert page.__name__ in pages.log_text(), "the traceback names the page's function"


@pytest.mark.parametrize("page", BUGS, ids=lambda page: page.__name__)
def test_the_debugger_gets_it_in_development(page: Callable[[], str], pages: RunningApp) -> None:
    pages.app.debug = True
    try:
        with pytest.raises(Exception) as raised:  # noqa: PT011 - each page raises its own
            pages.app.test_client().get(f"/own/{page.__name__}", base_url=pages.url)
    finally:
        pages.app.debug = False
    assert page.__name__ in {entry.name for entry in raised.traceback}


def test_a_database_that_does_not_answer_is_a_503(pages: RunningApp, visit: Visit) -> None:
    answer = visit(pages).visit("/own/locked")

    assert answer.status_code == 503
    assert "temporarily unavailable" in text_of(answer)
    assert any(record.exc_info for record in pages.log), "and the log says why"


@pytest.mark.parametrize(
    ("code", "unreachable"),
    [
        (sqlite3.SQLITE_BUSY, True),
        (sqlite3.SQLITE_CANTOPEN, True),
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_READONLY, True),
        (sqlite3.SQLITE_ERROR, False),
    ],
)
def test_what_counts_as_unreachable(code: int, unreachable: bool) -> None:
    from app.signin.database import is_unreachable

    assert is_unreachable(OperationalError("", {}, sqlite_error(code))) is unreachable
    assert not is_unreachable(IntegrityError("", {}, sqlite_error(code)))


@pytest.mark.parametrize("bug", [not_null, missing_table, zero], ids=lambda bug: bug.__name__)
def test_a_bug_in_welcome_shows_its_traceback_too(
    bug: Callable[[], str], serve: Serve, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The callback still redirects, so that its code leaves the address bar.

    The page does not blame the database, which has answered.
    """
    app = serve()

    def broken(_user: Any) -> None:
        bug()

    state = app.app.extensions["signin"]
    monkeypatch.setitem(
        app.app.extensions, "signin", type(state)(state.settings, state.flow, broken)
    )
    ada = visit(app)
    answer = ada.sign_in("alpha", ADA)

    assert answer.headers["Location"].startswith("/login/error/internal_error")
    page = ada.visit(answer.headers["Location"])
    assert page.status_code == 500
    assert "Something went wrong" in page.text
    assert "database" not in page.text
    assert bug.__name__ in app.log_text()
    assert app.rows("users") == []


def test_a_failed_commit_leaves_nothing_for_the_next_request(
    pages: RunningApp, ada_there: Visitor
) -> None:
    """SQLite keeps a transaction open whose COMMIT has failed."""
    from app.db import db

    def fails() -> str:
        db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
        db.session.execute(
            text("INSERT INTO notes (user_id, body, created_at) VALUES (99,'x','x')")
        )
        db.session.commit()
        return "never"

    pages.app._got_first_request = False
    pages.app.add_url_rule("/own/fails", "fails", fails)
    assert ada_there.visit("/own/fails").status_code == 500
    for _ in range(20):
        assert ada_there.press("/notes", body="mine").status_code == 303
    assert {row["user_id"] for row in pages.rows("notes")} == {1}


@pytest.fixture
def ada_there(pages: RunningApp, visit: Visit) -> Visitor:
    browser = visit(pages)
    assert browser.sign_in("alpha", ADA).headers["Location"] == "/"
    return browser


@pytest.mark.parametrize("path", ["/invite/{}", "/%69nvite/{}", "/invite/{}%0aforged"])
def test_the_log_of_a_bug_holds_no_invitation(
    path: str, serve: Serve, visit: Visit, sql: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    token = "j238jF-a-working-invitation_9IPk"
    app = serve()
    sql(app, "DROP TABLE invitations")
    assert visit(app).visit(path.format(token)).status_code == 500
    written = app.log_text() + "".join(capfd.readouterr())
    assert "Exception on /invite/... [GET]" in written
    assert token not in written
    assert "\nforged" not in written
