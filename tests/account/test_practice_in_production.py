"""Nothing of the practice provider is alive in production."""

from typing import Any

from harness.app_server import RunningApp
from harness.visitor import Visitor

from .conftest import ADA, GRACE, Visit


def as_production(app: RunningApp) -> None:
    app.app.config["SIGNIN_DEVELOPMENT"] = False


def practised(app: RunningApp, sql: Any) -> None:
    """Let the first user's identity and sessions be the practice provider's."""
    sql(app, "UPDATE identities SET provider = 'practice' WHERE user_id = 1")
    sql(app, "UPDATE login_sessions SET provider = 'practice' WHERE user_id = 1")


def test_a_session_of_the_practice_provider_is_refused(
    app: RunningApp, ada: Visitor, visit: Visit, sql: Any
) -> None:
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    practised(app, sql)
    assert ada.who(), "in development it works"
    as_production(app)

    assert ada.who() is None
    assert ada.visit("/account").status_code == 303
    assert grace.who(), "others are not touched"


def test_a_command_deletes_who_only_practised(
    app: RunningApp, ada: Visitor, visit: Visit, sql: Any, flask_command: Any
) -> None:
    both = visit(app)
    both.sign_in("beta", GRACE)
    both.link("alpha", GRACE)
    practised(app, sql)
    sql(app, "UPDATE identities SET provider = 'practice-github' WHERE id = 3")

    done = flask_command(app, "users", "delete", "--practice")

    assert "1 user(s) deleted" in done.output
    assert [row["id"] for row in app.rows("users")] == [2]
    assert [row["provider"] for row in app.rows("identities")] == ["beta"]
    assert ada.who() is None
    assert both.who()


def test_a_command_deletes_one_user(app: RunningApp, ada: Visitor, flask_command: Any) -> None:
    assert flask_command(app, "users", "delete").exit_code == 2
    assert flask_command(app, "users", "delete", "99").exit_code == 1
    assert "1 user(s) deleted" in flask_command(app, "users", "delete", f"alpha:{ADA.sub}").output
    assert app.rows("users") == app.rows("identities") == app.rows("notes") == []
    [event] = [row for row in app.rows("audit_events") if row["event"] == "delete_account"]
    assert event["actor"] == "command line"
