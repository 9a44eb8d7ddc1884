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
