"""What the owner does at the command line."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.db import db, now
from app.models import AuditEvent, LoginSession, PendingLogin, User
from tests.conftest import PRODUCTION
from tests.examples import PLAIN


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(args=args)


def one(app, column):
    with app.app_context():
        return db.session.scalar(select(column))


def test_providers(make_app):
    app = make_app({"PLAIN_CLIENT_ID": ""}, providers=[PLAIN])
    output = app.test_cli_runner().invoke(args=["providers"]).output

    assert "fake             ready" in output
    assert "http://localhost:8000/callback/fake" in output
    assert "plain            not set up" in output
    assert "PLAIN_CLIENT_ID, PLAIN_CLIENT_SECRET" in output


def test_doctor(run):
    result = run("doctor")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "ok    settings",
        "ok    database and migrations",
        "ok    fake: set up; its callback URL is http://localhost:8000/callback/fake",
        "ok    fake: discovery and keys",
        "ok    fake: clock",
    ]


def test_doctor_finds_what_is_wrong(make_app, tmp_path):
    changes = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.db",
        "OIDC_FAKE_ISSUER": "http://127.0.0.1:9",
    }
    result = make_app(changes).test_cli_runner().invoke(args=["doctor"])

    assert result.exit_code == 1
    assert "FAIL  database and migrations: the database is not migrated" in result.output
    assert "FAIL  fake: discovery and keys" in result.output


def test_doctor_in_production_without_providers(make_app):
    none = {
        f"OIDC_FAKE_{ending}": "" for ending in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL")
    }
    result = make_app({**PRODUCTION, **none}).test_cli_runner().invoke(args=["doctor"])

    assert "nobody can sign in" in result.output


def test_users(run, signed_in):
    assert "fake:1815" in run("users", "list").output
    assert run("users", "make-admin", "fake:1815").exit_code == 0
    assert signed_in.user()["is_admin"]


def test_a_user_is_disabled_at_once(run, signed_in):
    run("users", "disable", "1")
    assert signed_in.user() is None
    assert "account_disabled" in signed_in.sign_in().location

    run("users", "enable", "1")
    assert signed_in.sign_in().location == "/"


@pytest.mark.parametrize("who", ["2", "fake:nobody", "ada"])
def test_a_user_who_does_not_exist(run, signed_in, who):
    result = run("users", "disable", who)

    assert result.exit_code == 1
    assert "There is no user" in result.output


@pytest.mark.parametrize("whose", [["--all"], ["--user", "1"]])
def test_sessions_are_ended(run, signed_in, whose):
    assert "1 session(s) ended." in run("sessions", "end", *whose).output
    assert signed_in.user() is None


def test_whose_sessions_must_be_said(run):
    assert run("sessions", "end").exit_code == 2


def test_cleanup(app, run, signed_in):
    signed_in.start()
    long_ago = now() - timedelta(days=400)
    with app.app_context():
        db.session.execute(update(LoginSession).values(expires_at=long_ago))
        db.session.execute(update(PendingLogin).values(expires_at=long_ago))
        db.session.execute(update(AuditEvent).values(created_at=long_ago))
        db.session.commit()

    assert run("cleanup").exit_code == 0
    for model in (LoginSession, PendingLogin, AuditEvent):
        assert one(app, next(iter(model.__table__.primary_key))) is None
    assert one(app, User.id) == 1
