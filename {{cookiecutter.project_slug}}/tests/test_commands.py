"""What the owner does at the command line."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from app.db import db
from app.models import User
from app.signin.auth import cleanup
from app.signin.database import now
from app.signin.models import AuditEvent, LoginSession, PendingLogin
from tests.conftest import PRODUCTION
from tests.examples import PLAIN


def run(app, *args):
    return app.test_cli_runner().invoke(args=args)


def test_providers(make_app):
    output = run(make_app({"PLAIN_CLIENT_ID": ""}, declared=[PLAIN]), "providers").output

    assert "fake             ready" in output
    assert "http://localhost:8000/callback/fake" in output
    assert "plain            not set up" in output
    assert "PLAIN_CLIENT_ID, PLAIN_CLIENT_SECRET" in output


def test_doctor(app):
    result = run(app, "doctor")

    assert result.exit_code == 0
    lines = result.output.splitlines()
    others = [line for line in lines if not line.startswith(("ok    ", "info  "))]
    assert others == [
        "-     fake: PKCE: not checked, the metadata does not list the methods",
        "-     fake: metadata against the settings: not checked, the metadata does not list"
        " scopes_supported, response_types_supported",
    ]
    assert "ok    database and migrations" in lines
    assert "ok    fake: set up; its callback URL is http://localhost:8000/callback/fake" in lines
    assert "ok    fake: clock" in lines
    assert "ok    fake: client ID and secret" in lines


def test_doctor_finds_a_wrong_secret(make_app):
    result = run(make_app({"OIDC_FAKE_CLIENT_SECRET": "another"}), "doctor")

    assert result.exit_code == 1
    assert "FAIL  fake: client ID and secret: the token endpoint answered" in result.output


def test_doctor_finds_what_is_wrong(make_app, tmp_path):
    changes = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.db",
        "OIDC_FAKE_ISSUER": "http://127.0.0.1:9",
    }
    result = run(make_app(changes), "doctor")

    assert result.exit_code == 1
    assert "FAIL  database and migrations: the database is not migrated" in result.output
    assert "FAIL  fake: discovery and keys: http://127.0.0.1:9/.well-known/" in result.output


def test_doctor_finds_a_provider_that_takes_plain_pkce_only(app, fake):
    fake.metadata = {"code_challenge_methods_supported": ["plain"]}
    result = run(app, "doctor")

    assert result.exit_code == 1
    assert "FAIL  fake: PKCE" in result.output


def test_doctor_in_production_without_providers(make_app):
    endings = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL")
    none = {f"OIDC_FAKE_{ending}": "" for ending in endings}

    assert "nobody can sign in" in run(make_app({**PRODUCTION, **none}), "doctor").output


def test_what_programs_read(app, signed_in):
    """Each command that shows something shows it as JSON, too."""
    run(app, "users", "invite", "--note", "for Grace")
    shown = {
        command: json.loads(run(app, *command.split(), "--json").output)
        for command in (
            *("users list", "users show 1", "sessions list", "sessions list --user 1"),
            *("invitations list", "providers", "doctor"),
        )
    }
    [user] = shown["users list"]
    assert (user["id"], user["email"], user["is_admin"]) == (1, "ada@example.com", False)
    assert user["identities"][0]["provider"] == "fake"
    assert datetime.fromisoformat(user["created_at"]).tzinfo
    assert shown["users show 1"] == user | {"sessions": 1}
    [session] = shown["sessions list"]
    assert session == shown["sessions list --user 1"][0]
    assert datetime.fromisoformat(session["ends_at"]) > now()
    [invitation] = shown["invitations list"]
    assert (invitation["state"], invitation["note"]) == ("open", "for Grace")
    fake = next(one for one in shown["providers"] if one["name"] == "fake")
    assert (fake["ready"], fake["callback_url"]) == (True, "http://localhost:8000/callback/fake")
    assert {"result": "ok", "check": "fake: clock"} in shown["doctor"]
    assert "not checked" in {one["result"] for one in shown["doctor"]}


def test_what_commands_have_done_as_json(app, signed_in):
    """Each command that changes something says what, for programs too."""

    def done(*words):
        result = run(app, *words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    assert done("users", "make-admin", "1") == {"id": 1, "is_admin": True}
    removed = done("users", "remove-admin", "1")
    assert removed | {"notes": []} == {"id": 1, "is_admin": False, "notes": []}
    assert "There is no administrator now" in removed["notes"][0]
    assert done("users", "disable", "1") == {"id": 1, "disabled": True, "sessions": 1}
    assert done("users", "enable", "1") == {"id": 1, "disabled": False}
    invitation = done("users", "invite")
    assert invitation["link"].startswith("http://localhost:8000/invite/")
    assert datetime.fromisoformat(invitation["expires_at"]) > now()
    assert invitation["notes"] == ["SIGNUP is open: nobody needs it."]
    assert done("invitations", "revoke", "1") == {"id": 1, "state": "revoked"}
    assert done("sessions", "end", "--all") == {"sessions": 0, "users": 0}
    moved = done("identities", "move", "fake")
    assert (moved["provider"], moved["moves"], moved["applied"]) == ("fake", [], False)
    assert done("cleanup") == {"deleted": {}}
    assert done("users", "delete", "1") == {"deleted": [1]}


def test_ids_that_changed_as_json(app, signed_in, tmp_path):
    sub = json.loads(run(app, "users", "show", "1", "--json").stdout)["identities"][0]["sub"]
    file = tmp_path / "ids.csv"
    file.write_text(f"old,new\n{sub},another\nnobody,x\n")
    words = ("identities", "move", "fake", "--subs", str(file), "--json")
    planned = json.loads(run(app, *words).stdout)
    assert planned["moves"] == [{"user_id": 1, "old": sub, "new": "another"}]
    assert planned["skipped"] == ["nobody: no identity of fake has it"]
    assert not planned["applied"]
    assert json.loads(run(app, *words, "--apply").stdout) == planned | {"applied": True}

    file.write_text("old,new\nanother,\n")
    refused = run(app, *words, "--apply")
    assert refused.exit_code == 1
    assert "another: the new id" in json.loads(refused.stdout)["problems"][0]
    assert not json.loads(refused.stdout)["applied"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("users list", 0),
        ("users show 99", 1),
        ("users disable nobody:1", 1),
        ("invitations revoke 99", 1),
        ("sessions list --user 99", 1),
        ("identities move unknown", 1),
        ("users show", 2),
        ("users delete", 2),
        ("users delete 1 --practice", 2),
        ("users invite --days 0", 2),
        ("sessions end", 2),
        ("sessions end --all --user 1", 2),
        ("invitations revoke one", 2),
        ("cleanup --fast", 2),
    ],
)
def test_exit_codes(app, words, code):
    """0: done.  1: refused or failed.  2: not a command.  The reason is on standard error."""
    result = run(app, *words.split())

    assert result.exit_code == code
    assert bool(result.stderr) == bool(code)
    assert not (code and result.stdout)


def test_doctor_fails_in_json_too(make_app):
    result = run(make_app({"OIDC_FAKE_CLIENT_SECRET": "another"}), "doctor", "--json")

    assert result.exit_code == 1
    assert "fail" in {one["result"] for one in json.loads(result.output)}


def test_users(app, signed_in):
    assert "fake:1815" in run(app, "users", "list").output
    assert run(app, "users", "make-admin", "fake:1815").exit_code == 0
    assert signed_in.user()["is_admin"]


def test_a_user_is_disabled_at_once(app, signed_in):
    run(app, "users", "disable", "1")
    assert signed_in.user() is None
    assert "account_disabled" in signed_in.sign_in().location

    run(app, "users", "enable", "1")
    assert signed_in.sign_in().location == "/"


@pytest.mark.parametrize("whose", [["--all"], ["--user", "1"]])
def test_sessions_are_ended(app, signed_in, whose):
    assert "1 session(s) ended." in run(app, "sessions", "end", *whose).output
    assert signed_in.user() is None


@pytest.fixture
def long_ago(app, signed_in):
    """Let everything be more than a year old, but the account."""
    signed_in.start()
    past = now() - timedelta(days=400)
    with app.app_context():
        db.session.execute(update(LoginSession).values(expires_at=past))
        db.session.execute(update(PendingLogin).values(expires_at=past))
        db.session.execute(update(AuditEvent).values(created_at=past))
        db.session.commit()


def left(app):
    with app.app_context():
        models = (LoginSession, PendingLogin, AuditEvent, User)
        return [db.session.query(model).count() for model in models]


@pytest.mark.usefixtures("long_ago")
def test_cleanup(app):
    assert left(app) == [1, 1, 1, 1]
    assert run(app, "cleanup").exit_code == 0
    assert left(app) == [0, 0, 0, 1]


@pytest.mark.usefixtures("long_ago")
def test_the_app_cleans_up_by_itself(app, monkeypatch):
    monkeypatch.setattr(cleanup, "_next_run", 0.0)
    app.test_client().get("/login")

    assert left(app) == [0, 0, 0, 1]
