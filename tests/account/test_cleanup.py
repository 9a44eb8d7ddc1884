"""What has expired is deleted in small bites, and never while somebody signs in."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from harness.app_server import SECRET_KEY, TEMPLATE, RunningApp
from harness.visitor import Visitor
from sqlalchemy import event, insert

from .conftest import ADA, GRACE, Serve, Visit

MANY = 1200


def fill(app: RunningApp) -> None:
    """Add many expired rows to each table that is cleaned up."""
    from app.db import db
    from app.models import User
    from app.signin.database import now
    from app.signin.models import AuditEvent, Invitation, LoginSession, PendingLogin

    old = now() - timedelta(days=800)
    with app.app.app_context():
        user = User(name="Somebody")
        db.session.add(user)
        db.session.flush()
        every = range(MANY)
        session = {"user_id": user.id, "provider": "alpha", "address": "", "user_agent": ""}
        pending = {"browser_hash": "x", "provider": "alpha", "purpose": "login", "next_url": "/"}
        times = {"expires_at": old, "created_at": old}
        rows: dict[Any, list[dict[str, Any]]] = {
            LoginSession: [session | times | {"key_hash": f"k{n}"} for n in every],
            PendingLogin: [pending | times | {"state_hash": f"s{n}"} for n in every],
            Invitation: [times | {"token_hash": f"t{n}"} for n in every],
            AuditEvent: [{"event": "refused", "created_at": old} for _ in every],
        }
        for table, values in rows.items():
            db.session.execute(insert(table), values)
        db.session.commit()


def left(app: RunningApp) -> dict[str, int]:
    tables = ("login_sessions", "pending_logins", "invitations", "audit_events")
    return {table: len(app.rows(table)) for table in tables}


@pytest.fixture
def full(serve: Serve, each_database: str) -> RunningApp:
    app = serve(each_database)
    fill(app)
    return app


def test_a_sign_in_deletes_nothing_of_others(
    full: RunningApp, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.signin.auth import cleanup

    monkeypatch.setattr(cleanup, "_next_run", time.monotonic() + 3600)
    before = left(full)
    assert visit(full).sign_in("alpha", ADA).headers["Location"] == "/"
    after = left(full)
    assert after["login_sessions"] == before["login_sessions"] + 1
    # Of others, a start deletes a hundred at most.
    assert before["pending_logins"] - after["pending_logins"] <= 100


def test_the_sign_in_page_deletes_a_bite(
    full: RunningApp, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.signin.auth import cleanup

    monkeypatch.setattr(cleanup, "_next_run", 0.0)
    visitor = visit(full)
    before = left(full)
    for path in ("/login/alpha", "/login", "/login"):
        visitor.visit(path)
    assert left(full) == {table: count - cleanup.BITE for table, count in before.items()}
    # There is more to do: it goes on in seconds, not after an hour.
    assert 0 < cleanup._next_run - time.monotonic() < 60
    for _ in range(2):
        monkeypatch.setattr(cleanup, "_next_run", 0.0)
        visitor.visit("/login")
    assert set(left(full).values()) == {0}
    assert cleanup._next_run - time.monotonic() > 3000


def test_each_bite_is_a_transaction(full: RunningApp, flask_command: Any) -> None:
    """Others can write between two of them."""
    from app.db import db
    from app.signin.auth import cleanup

    deleted: list[int] = []
    with full.app.app_context():
        engine = db.engine

    def note(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE"):
            deleted.append(cursor.rowcount)

    event.listen(engine, "after_cursor_execute", note)
    try:
        assert flask_command(full, "cleanup").exit_code == 0
    finally:
        event.remove(engine, "after_cursor_execute", note)
    assert set(left(full).values()) == {0}
    assert max(deleted) == cleanup.BITE
    assert sum(deleted) == 4 * MANY


def test_refusals_of_one_address_do_not_fill_the_table(app: RunningApp, visit: Visit) -> None:
    """All are logged."""
    from app.signin.auth.audit import MAX_REFUSALS

    visitor = visit(app)
    for _ in range(MAX_REFUSALS + 5):
        location = visitor.leave("/login/alpha")
        state = location.partition("state=")[2].partition("&")[0]
        visitor.visit(f"/callback/alpha?state={state}&error=server_error")
    stored = [row for row in app.rows("audit_events") if row["event"] == "refused"]
    logged = [record for record in app.log if record.getMessage() == "refused"]
    assert len(stored) == MAX_REFUSALS
    assert len(logged) == MAX_REFUSALS + 5


def test_refusals_of_one_network_do_not_fill_the_table(serve: Serve, visit: Visit) -> None:
    """One subscriber has 2**64 addresses; spelling and IPv4 in IPv6 make no difference."""
    from app.signin.auth.audit import MAX_REFUSALS

    app = serve(TRUSTED_PROXIES="1")

    def refused(*addresses: str) -> int:
        visitor, before = visit(app), len(app.rows("audit_events"))
        for address in addresses:
            visitor.headers["X-Forwarded-For"] = address
            location = visitor.leave("/login/alpha")
            state = location.partition("state=")[2].partition("&")[0]
            visitor.visit(f"/callback/alpha?state={state}&error=server_error")
        return len(app.rows("audit_events")) - before

    many = range(MAX_REFUSALS)
    assert refused(*(f"2001:db8:1:2::{number:x}" for number in many)) == MAX_REFUSALS
    assert refused("2001:db8:1:2:ffff::1", "2001:0DB8:0001:0002::9") == 0
    assert refused("2001:db8:1:3::1", "203.0.113.5") == 2
    assert refused(*(["::ffff:203.0.113.5"] * MAX_REFUSALS)) == MAX_REFUSALS - 1


def test_an_invitation_that_was_deleted_stops_nobody(
    serve: Serve, visit: Visit, sql: Any, flask_command: Any
) -> None:
    """The browser still has its number in a cookie."""
    app = serve(SIGNUP="invite")
    link = re.search(r"/invite/\S+", flask_command(app, "users", "invite").output)
    assert link
    invited: Visitor = visit(app)
    assert invited.visit(link[0]).status_code == 303
    sql(app, "DELETE FROM invitations")
    answer = invited.sign_in("alpha", GRACE)
    assert answer.headers["Location"].startswith("/login/error/invitation_required")
    assert invited.visit("/login").status_code == 200


AT_ONCE = """
import sys
from flask.cli import main
from app.signin.commands import console
console.PATIENCE_SECONDS = float(sys.argv.pop(1))
main()
"""


@pytest.mark.parametrize(("patience", "shown"), [("-1", True), ("60", False)])
def test_progress_is_shown_on_a_terminal(
    full: RunningApp, each_database: str, patience: str, shown: bool
) -> None:
    """After a while, on standard error; what the command prints is as ever."""
    terminal, stderr = os.openpty()
    with os.fdopen(terminal, "rb") as screen, os.fdopen(stderr, "wb") as error:
        done = command(each_database, patience, "cleanup", "--json", stderr=error)
        error.close()
        seen = b""
        # A terminal that nobody writes to any more ends with an error, not with an end of file.
        with contextlib.suppress(OSError):
            while part := screen.read1():
                seen += part
    assert done.returncode == 0, seen
    assert not any(left(full).values())
    deleted = dict.fromkeys(left(full), MANY)
    assert json.loads(done.stdout) == {"deleted": deleted}
    assert ("100%" in seen.decode()) == shown
    assert ("Deleting expired data" in seen.decode()) == shown


def test_no_progress_without_a_terminal(full: RunningApp, each_database: str) -> None:
    done = command(each_database, "-1", "cleanup", stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Deleted expired data: {MANY} login sessions, ")
    assert "Deleting" not in done.stderr


def command(url: str, patience: str, *words: str, stderr: Any) -> subprocess.CompletedProcess[str]:
    """Run a command of the owner's in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", AT_ONCE, patience, *words],
        cwd=TEMPLATE,
        env={**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        check=False,
    )
