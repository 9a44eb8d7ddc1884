"""What is kept of what happened: each event once, with request, address and reason."""

import re
from dataclasses import replace
from typing import Any

import pytest
from harness.app_server import RunningApp
from harness.visitor import Visitor, error_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit


def logged(app: RunningApp) -> list[dict[str, Any]]:
    return [record.fields for record in app.log if record.name == "app.audit"]


def of(app: RunningApp, event: str) -> list[dict[str, Any]]:
    return [row for row in app.rows("audit_events") if row["event"] == event]


@pytest.mark.parametrize(
    ("event", "step"),
    [
        ("sign_up", lambda v: v.sign_in("alpha", replace(GRACE, sub="9"))),
        ("sign_in", lambda v: v.sign_in("alpha", ADA)),
        ("link", lambda v: v.link("github", replace(ADA, sub="9"))),
        ("unlink", lambda v: v.press("/account/connections/2/unlink")),
        ("reauthenticate", lambda v: v.confirm("alpha", ADA)),
        ("end_sessions", lambda v: v.press("/account/sessions/end-others")),
        ("export", lambda v: v.press("/account/export")),
        ("sign_out", lambda v: v.press("/logout")),
        ("delete_account", lambda v: v.press("/account/delete", sure="y")),
    ],
)
def test_lg_05_each_event_once(
    app: RunningApp, ada: Visitor, visit: Visit, event: str, step: Any
) -> None:
    visit(app).sign_in("alpha", ADA)
    ada.link("beta", ADA_AT_B)
    app.log.clear()
    before = len(app.rows("audit_events"))
    assert step(ada).status_code in (200, 303)
    rows = app.rows("audit_events")
    row = rows[-1]

    assert len(rows) == before + 1 if event != "delete_account" else 1
    assert row["event"] == event
    assert re.fullmatch("[0-9a-f]{16}", row["request_id"])
    assert row["address"] == "127.0.0.1"
    assert row["reason"] is None
    assert [fields["event"] for fields in logged(app)] == [event]
    if event == "delete_account":
        assert (row["user_id"], row["actor"]) == (None, "user 1"), "the number that it had"
        assert logged(app)[0]["actor"] == "user 1"
    if event != "delete_account":
        assert row["user_id"] == (2 if event == "sign_up" else 1)
        assert logged(app)[0]["user_id"] == row["user_id"]


def test_lg_05_a_refusal(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    visit(app).sign_in("beta", GRACE)
    app.log.clear()
    answer = ada.link("beta", GRACE)
    (row,) = of(app, "refused")
    (fields,) = logged(app)

    assert error_of(answer) == "identity_taken"
    assert (row["user_id"], row["provider"], row["reason"]) == (1, "beta", "identity_taken")
    assert row["request_id"] in went_to(answer)
    assert row["request_id"] in ada.visit(went_to(answer)).text
    assert row["address"] == "127.0.0.1"
    assert fields["reason"] == "identity_taken"


def test_lg_05_a_retried_transaction_is_one_event(
    app: RunningApp, visitor: Visitor, sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try meets another request's row: the log must not tell of it."""
    from app.signin.auth import accounts
    from sqlalchemy.exc import IntegrityError

    real, tries = accounts.sign_up, []

    def late(*args: Any, **options: Any) -> Any:
        made = real(*args, **options)
        tries.append(made)
        if len(tries) == 1:
            raise IntegrityError("x", {}, Exception())
        return made

    monkeypatch.setattr(accounts, "sign_up", late)
    assert went_to(visitor.sign_in("alpha", ADA)) == "/"
    assert len(tries) == 2
    assert [fields["event"] for fields in logged(app)] == ["sign_up"]
    assert len(of(app, "sign_up")) == 1


def test_lg_05_what_was_not_committed_did_not_happen(
    app: RunningApp, visitor: Visitor, sql: Any
) -> None:
    sql(
        app,
        "CREATE TRIGGER stop BEFORE INSERT ON login_sessions"
        " BEGIN SELECT RAISE(ABORT, 'stop'); END",
    )
    assert error_of(visitor.sign_in("alpha", ADA)) == "internal_error"
    assert "sign_up" not in [fields["event"] for fields in logged(app)]


def test_a_stranger_fills_no_table(app: RunningApp, visitor: Visitor) -> None:
    for query in ("", "?state=x&code=y", "?code=x", "?state=x&error=access_denied"):
        visitor.visit(f"/callback/alpha{query}")

    assert app.rows("audit_events") == []
    assert len(logged(app)) == 4


def test_the_page_shows_ones_own(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    for _ in range(3):
        grace.press("/account/export")
    ada.link("beta", GRACE)
    page = ada.page("/account/activity")

    assert "Account created" in page
    assert "Sign-in refused" in page
    assert "Data downloaded" not in page
    assert page.count("127.0.0.1") == 2
    assert grace.page("/account/activity").count("Data downloaded") == 3


def test_the_page_is_bounded(app: RunningApp, ada: Visitor, sql: Any) -> None:
    for number in range(80):
        sql(
            app,
            "INSERT INTO audit_events (created_at, event, user_id, provider)"
            " VALUES ('2026-01-01', 'sign_in', 1, :name)",
            name=f"p{number}",
        )

    page = ada.page("/account/activity")
    assert page.count("Signed in") == 50
    assert "p79" in page
    assert "p29" not in page


def test_the_page_shows_what_the_owner_did(
    app: RunningApp, ada: Visitor, flask_command: Any
) -> None:
    flask_command(app, "users", "make-admin", "1")

    assert "Granted administrator rights command line" in ada.page("/account/activity")


@pytest.mark.parametrize("by", ["sign-in page", "command"])
def test_audit_days(
    serve: Serve,
    visit: Visit,
    sql: Any,
    flask_command: Any,
    by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody has to sign out, and nobody has to run a command."""
    from datetime import timedelta

    from app.signin.auth import cleanup
    from app.signin.database import now

    app = serve(AUDIT_DAYS="30")
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    for name, days in (("old", 31), ("young", 29)):
        sql(
            app,
            "INSERT INTO audit_events (created_at, event) VALUES (:at, :name)",
            at=str((now() - timedelta(days=days)).replace(tzinfo=None)),
            name=name,
        )
    if by == "sign-in page":
        visit(app).visit("/login")
        assert "old" in [row["event"] for row in app.rows("audit_events")], "once an hour only"
        monkeypatch.setattr(cleanup, "_next_run", 0.0)
        visit(app).visit("/login")
    else:
        flask_command(app, "cleanup")

    kept = [row["event"] for row in app.rows("audit_events")]
    assert "old" not in kept
    assert {"young", "sign_up"} <= set(kept)
