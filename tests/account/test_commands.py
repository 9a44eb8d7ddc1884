"""The owner's commands: administrators, sessions, invitations, and identities that moved."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.app_server import TEMPLATE, RunningApp
from harness.visitor import Visitor, error_of, text_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Later, Serve, Visit

MOVED = "https://moved.example"


# --- People


def test_messages_name_the_person(app: RunningApp, ada: Visitor, flask_command: Any) -> None:
    def says(*words: str) -> str:
        done = flask_command(app, "users", *words)
        assert done.exit_code == 0, done.output
        return done.output

    assert "Ada Lovelace (user 1) is now an administrator." in says("make-admin", "1")
    assert ada.who()["is_admin"]
    out = says("remove-admin", f"alpha:{ADA.sub}")
    assert "Ada Lovelace (user 1) is not an administrator any more." in out
    assert "There is no administrator now" in out
    assert not ada.who()["is_admin"]
    assert "Ada Lovelace (user 1) is disabled. 1 session(s) ended." in says("disable", "1")
    assert "Ada Lovelace (user 1) is enabled." in says("enable", "1")
    assert "Ada Lovelace (user 1) is deleted." in says("delete", "1")
    assert app.rows("audit_events")[-1]["actor"] == "command line: user 1"


def test_who_has_no_name(app: RunningApp, visit: Visit, flask_command: Any) -> None:
    visit(app).sign_in("alpha", replace(ADA, claims={"name": None}))
    assert "ada@example.com (user 1) is" in flask_command(app, "users", "make-admin", "1").output
    visit(app).sign_in("beta", replace(GRACE, email=None, claims={"name": None}))
    assert "No name (user 2) is" in flask_command(app, "users", "make-admin", "2").output


def test_removing_rights_that_ADMINS_would_give_back(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    app = serve(ADMINS=f"alpha:{ADA.sub},beta:somebody")
    visit(app).sign_in("alpha", ADA)
    visit(app).sign_in("beta", GRACE)
    flask_command(app, "users", "make-admin", "2")
    out = flask_command(app, "users", "remove-admin", "1").output

    assert f"Remove alpha:{ADA.sub} from ADMINS" in out
    assert "There is no administrator" not in out
    assert "ADMINS" not in flask_command(app, "users", "remove-admin", "2").output


def test_show(app: RunningApp, ada: Visitor, flask_command: Any) -> None:
    ada.link("beta", ADA_AT_B)
    flask_command(app, "users", "make-admin", "1")
    out = flask_command(app, "users", "show", "1").output

    for part in (
        "Ada Lovelace (user 1)  [admin]",
        "<ada@example.com> verified",
        f"alpha:{ADA.sub}",
        f"beta:{ADA_AT_B.sub}",
        f"issuer {ada.people.url}",
        "sessions  1",
    ):
        assert part in out, out
    flask_command(app, "users", "disable", "1")
    out = flask_command(app, "users", "show", f"beta:{ADA_AT_B.sub}").output
    assert "[disabled]" in out
    assert "sessions  0" in out


def test_a_sign_in_that_disabling_overtook_is_over_after_enabling(
    app: RunningApp, ada: Visitor, sql: Any, flask_command: Any
) -> None:
    """The sign-in read the account before it was disabled, and stored its session after."""
    flask_command(app, "users", "disable", "1")
    sql(app, "UPDATE users SET disabled_at = NULL")
    ada.sign_in("alpha", ADA)
    sql(app, "UPDATE users SET disabled_at = '2026-01-01'")
    assert ada.who() is None
    flask_command(app, "users", "enable", "1")

    assert ada.who() is None
    assert went_to(ada.sign_in("alpha", ADA)) == "/"


def test_a_character_that_the_console_lacks(sqlite_url: str) -> None:
    """A name with an emoji, in a list that is written to a file on Windows."""
    from sqlalchemy import create_engine, text

    with create_engine(sqlite_url).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO users (id, name, email_verified, name_edited, picture_edited,"
                " is_admin, created_at) VALUES (:id, :name, 0, 0, 0, 0, '2026-01-01')"
            ),
            [{"id": 1, "name": "Zoë 🦊 Ł"}, {"id": 2, "name": "The last"}],
        )
    commands = (
        ["users", "list"],
        ["users", "make-admin", "1"],
        ["users", "show", "🦊"],
        ["providers"],
    )
    for words in commands:
        done = subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=TEMPLATE,
            env={
                **os.environ,
                "PYTHONIOENCODING": "cp1252",
                "PYTHONUTF8": "0",
                "APP_ENV": "development",
                "SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
                "DATABASE_URL": sqlite_url,
            },
            capture_output=True,
            timeout=60,
        )
        assert b"Traceback" not in done.stderr, (words, done.stderr)
        assert done.returncode == (1 if "🦊" in words else 0), (words, done.stderr)
        if words == ["users", "list"]:
            assert b"The last" in done.stdout
            shown = "Zoë 🦊 Ł".encode("cp1252", "backslashreplace")
            assert shown in done.stdout


# --- Sessions


def test_the_list_of_sessions(
    app: RunningApp, ada: Visitor, visit: Visit, later: Later, flask_command: Any
) -> None:
    later(app, days=10)
    grace = visit(app)
    grace.headers["User-Agent"] = "A browser of Grace"
    grace.sign_in("beta", GRACE)
    out = flask_command(app, "sessions", "list").output
    assert "Grace Hopper (user 2)  beta  127.0.0.1" in out
    assert "A browser of Grace" in out
    assert "Ada" not in out, "that session has expired"
    assert "1 session(s)." in out
    assert "0 session(s)." in flask_command(app, "sessions", "list", "--user", "1").output
    assert flask_command(app, "sessions", "list", "--user", "9").exit_code == 1


# --- Invitations


@pytest.mark.parametrize("days", ["0", "-5", "366", "99999999", "9" * 40, "x"])
def test_days_that_make_no_sense(serve: Serve, flask_command: Any, days: str) -> None:
    app = serve(SIGNUP="invite")
    done = flask_command(app, "users", "invite", "--days", days)

    assert done.exit_code == 2
    assert "--days" in done.output
    assert app.rows("invitations") == []


def test_a_note_that_is_too_long(app: RunningApp, flask_command: Any) -> None:
    assert "--note" in flask_command(app, "users", "invite", "--note", "x" * 201).output
    assert app.rows("invitations") == []


@pytest.mark.parametrize(
    ("signup", "word"), [("open", "SIGNUP is open"), ("closed", "SIGNUP=invite"), ("invite", "")]
)
def test_an_invitation_says_until_when(
    serve: Serve, flask_command: Any, signup: str, word: str
) -> None:
    app = serve(SIGNUP=signup)
    lines = flask_command(app, "users", "invite", "--days", "3").output.splitlines()

    assert lines[0].startswith(f"{app.url}/invite/")
    assert app.rows("invitations")[0]["expires_at"][:16] in lines[1]
    assert ("SIGNUP" in "".join(lines)) == bool(word)
    assert word in "".join(lines[2:])


def invited(app: RunningApp, flask_command: Any) -> str:
    link = flask_command(app, "users", "invite").output.split()[0]
    return str(link).removeprefix(app.url)


def test_invitations_are_listed_and_revoked(
    serve: Serve, visit: Visit, sql: Any, flask_command: Any
) -> None:
    app = serve(SIGNUP="invite")
    paths = [invited(app, flask_command) for _ in range(4)]
    guest = visit(app)
    guest.visit(paths[0])
    guest.sign_in("alpha", ADA)
    sql(app, "UPDATE invitations SET expires_at = '2026-01-01' WHERE id = 2")
    assert flask_command(app, "invitations", "revoke", "3").exit_code == 0
    for number in ("1", "2", "3", "99", "-1", "9" * 30):
        done = flask_command(app, "invitations", "revoke", "--", number)
        assert done.exit_code == 1, number
    out = flask_command(app, "invitations", "list").output
    assert "used by user 1" in out
    assert out.count("expired") == 2
    assert out.count("open until") == 1
    for path, word in (
        (paths[0], "used"),
        (paths[1], "expired"),
        (paths[2], "expired"),
        (paths[3] + "x", "unknown"),
    ):
        other = visit(app)
        answer = other.visit(path)
        assert error_of(answer) == f"invitation_{word}"
    assert went_to(visit(app).visit(paths[3])) == "/login"
    assert [row["event"] for row in app.rows("audit_events")].count("revoke_invitation") == 1


def test_an_invitation_that_is_revoked_on_the_way(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    app = serve(SIGNUP="invite")
    guest = visit(app)
    guest.visit(invited(app, flask_command))
    callback = guest.callback_url("alpha", ADA)
    flask_command(app, "invitations", "revoke", "1")

    assert error_of(guest.visit(callback)) == "invitation_expired"
    assert app.rows("users") == []


# --- Identities


def test_a_moved_issuer(
    serve: Serve, visit: Visit, sql: Any, sqlite_url: str, flask_command: Any
) -> None:
    app = serve(sqlite_url)
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    ada.link("beta", ADA_AT_B)
    sql(app, "UPDATE identities SET issuer = :old WHERE provider = 'alpha'", old=MOVED)
    answer = visit(app).sign_in("alpha", ADA)
    assert error_of(answer) == "provider_moved"
    assert "flask identities move" in text_of(visit(app).visit(went_to(answer)))
    doctor = flask_command(app, "doctor").output
    assert f"FAIL  alpha: stored identities: made at another issuer: 1 at {MOVED}" in doctor
    assert "flask identities move alpha" in doctor
    assert "ok    beta: stored identities" in doctor

    before = app.rows("identities")
    out = flask_command(app, "identities", "move", "alpha").output
    assert f"1 identities were made at {MOVED}" in out
    assert f"user 1: alpha:{ADA.sub}" in out
    assert "--apply" in out
    assert app.rows("identities") == before
    assert (
        "1 identities moved." in flask_command(app, "identities", "move", "alpha", "--apply").output
    )
    assert went_to(visit(app).sign_in("alpha", ADA)) == "/"
    assert len(app.rows("users")) == 1
    [event] = [row for row in app.rows("audit_events") if row["event"] == "move_identity"]
    assert (event["user_id"], event["provider"], event["actor"]) == (1, "alpha", "command line")
    assert "0 identities would move" in flask_command(app, "identities", "move", "alpha").output
    assert flask_command(app, "identities", "move", "nobody").exit_code == 1


@pytest.fixture
def three(app: RunningApp, ada: Visitor, visit: Visit) -> RunningApp:
    """An app with Ada, Grace and somebody without a verified address."""
    visit(app).sign_in("alpha", GRACE)
    visit(app).sign_in("alpha", replace(GRACE, sub="unsure", verified=False))
    return app


def move(
    app: RunningApp, flask_command: Any, tmp_path: Path, lines: str | bytes, *more: str
) -> Any:
    file = tmp_path / "subs.csv"
    file.write_bytes(lines if isinstance(lines, bytes) else lines.encode())
    return flask_command(app, "identities", "move", "alpha", "--subs", str(file), *more)


@pytest.mark.parametrize(
    "lines",
    [
        f"old,new\n{ADA.sub},A-new\nnot-here,N\n{GRACE.sub},G-new\n",
        f"\ufeffOld,New\r\n{ADA.sub} , A-new\r\n\r\n{GRACE.sub},G-new\r\n",
        "email,new\nADA@example.com,A-new\nnobody@example.com,N\ngrace@example.org,G-new\n",
    ],
    ids=["ids", "as a spreadsheet writes it", "addresses"],
)
def test_people_with_new_ids(
    three: RunningApp, ada: Visitor, visit: Visit, flask_command: Any, tmp_path: Path, lines: str
) -> None:
    before = three.rows("identities")
    dry = move(three, flask_command, tmp_path, lines)
    assert dry.exit_code == 0, dry.output
    assert f"user 1: alpha:{ADA.sub} -> alpha:A-new" in dry.output
    assert three.rows("identities") == before
    done = move(three, flask_command, tmp_path, lines, "--apply")
    assert "2 identities moved." in done.output

    assert ada.who(), "the session stays"
    assert went_to(visit(three).sign_in("alpha", replace(ADA, sub="A-new"))) == "/"
    assert [row["sub"] for row in three.rows("identities")] == ["A-new", "G-new", "unsure"]
    assert len(three.rows("users")) == 3
    import requests

    requests.post(
        f"{three.url}/backchannel-logout/alpha",
        data={"logout_token": ada.people.logout_token(sub="A-new")},
        timeout=10,
    )
    assert ada.who() is None, "the provider's sign-out follows"


def test_two_people_exchange_their_ids(
    three: RunningApp, flask_command: Any, tmp_path: Path
) -> None:
    lines = f"old,new\n{ADA.sub},{GRACE.sub}\n{GRACE.sub},{ADA.sub}\n"
    assert move(three, flask_command, tmp_path, lines, "--apply").exit_code == 0
    found = {row["user_id"]: row["sub"] for row in three.rows("identities")}

    assert (found[1], found[2]) == (GRACE.sub, ADA.sub)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("", "first line"),
        ("a,b\n1,2\n", "first line"),
        (f"{ADA.sub},new\n", "first line"),
        (f"old,new\n{ADA.sub}\n", "two columns"),
        (f"old,new\n{ADA.sub},x,y\n", "two columns"),
        (f"old,new\n{ADA.sub},\n", "not 1 to 255"),
        (f"old,new\n{ADA.sub},{'x' * 256}\n", "not 1 to 255"),
        (f"old,new\n{ADA.sub},{GRACE.sub}\n", "belongs to user 2 already"),
        (f"old,new\n{ADA.sub},x\n{GRACE.sub},x\n", "2 lines have this new id"),
        (f"old,new\n{ADA.sub},x\n{ADA.sub},y\n", "in 2 lines"),
        (b"old,new\n\xff\xfe,x\n", "UTF-8"),
        ("old,new\na\0b,x\n", ""),
    ],
)
def test_a_file_that_makes_no_sense_changes_nothing(
    three: RunningApp, flask_command: Any, tmp_path: Path, lines: str | bytes, problem: str
) -> None:
    before = three.rows("identities")
    done = move(three, flask_command, tmp_path, lines, "--apply")

    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert problem in done.output
    if problem:
        assert done.exit_code == 1
    assert three.rows("identities") == before


def test_an_unverified_address_moves_nothing(
    three: RunningApp, flask_command: Any, tmp_path: Path, sql: Any
) -> None:
    sql(three, "UPDATE identities SET email_verified = false WHERE sub = :sub", sub=GRACE.sub)
    done = move(three, flask_command, tmp_path, "email,new\ngrace@example.org,x\n", "--apply")

    assert "skipped: grace@example.org" in done.output
    assert "0 identities moved." in done.output


def test_an_administrator_by_settings_who_moves(
    serve: Serve, visit: Visit, flask_command: Any, tmp_path: Path
) -> None:
    app = serve(ADMINS=f"alpha:{ADA.sub}")
    visit(app).sign_in("alpha", ADA)
    out = move(app, flask_command, tmp_path, f"old,new\n{ADA.sub},A-new\n").output

    assert f"ADMINS names alpha:{ADA.sub}: change it to alpha:A-new." in out


# --- The owner's own pages


def test_pages_for_administrators_only(
    app: RunningApp, ada: Visitor, visit: Visit, flask_command: Any
) -> None:
    from app.signin.auth.sessions import admin_required

    if "owners_page" not in app.app.view_functions:
        app.app._got_first_request = False
        app.app.add_url_rule("/owners-page", "owners_page", admin_required(lambda: "for owners"))
    assert visit(app).visit("/owners-page").status_code == 404
    assert ada.visit("/owners-page").status_code == 404
    flask_command(app, "users", "make-admin", "1")
    assert ada.visit("/owners-page").text == "for owners"
    flask_command(app, "users", "remove-admin", "1")
    assert ada.visit("/owners-page").status_code == 404


def test_sessions_follow_when_two_ids_of_one_person_are_exchanged(
    app: RunningApp, ada: Visitor, visit: Visit, flask_command: Any, tmp_path: Path, sql: Any
) -> None:
    other = visit(app)
    ada.link("alpha", replace(ADA, sub="second"))
    other.sign_in("alpha", replace(ADA, sub="second"))
    before = [row["sub"] for row in app.rows("login_sessions")]
    assert before == [ADA.sub, "second"]
    lines = f"old,new\n{ADA.sub},second\nsecond,{ADA.sub}\n"
    assert move(app, flask_command, tmp_path, lines, "--apply").exit_code == 0

    assert [row["sub"] for row in app.rows("login_sessions")] == ["second", ADA.sub]
