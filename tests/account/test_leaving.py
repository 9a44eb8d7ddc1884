"""Taking one's data along, and deleting the account, on both databases."""

import json
from typing import Any

import pytest
from harness.app_server import RunningApp
from harness.visitor import Visitor, text_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit

SECRETS = ("key_hash", "token_hash", "state_hash", "browser_hash", "code_hash", "nonce")
SECRETS += ("code_verifier", "access_token", "refresh_token")


@pytest.fixture
def shared(serve: Serve, visit: Visit, sql: Any, each_database: str) -> tuple[RunningApp, Visitor]:
    """An app where Ada and Grace have something in every table."""
    app = serve(each_database)
    ada = visit(app)
    for number, (browser, person) in enumerate([(ada, ADA), (visit(app), GRACE)], 1):
        browser.sign_in("alpha", person)
        browser.press("/notes", body=f"written by {person.name}")
        browser.leave("/account/connections/beta")
        sql(
            app,
            "INSERT INTO api_tokens (user_id, kind, name, prefix, token_hash, scope, created_at,"
            " expires_at) VALUES (:user, 'personal', :name, 'p', :hash, 's', '2026-01-01',"
            " '2027-01-01')",
            user=number,
            name=f"token of {person.name}",
            hash=f"hash-of-{number}",
        )
        sql(
            app,
            "INSERT INTO provider_tokens (identity_id, token_type, access_token, updated_at)"
            " VALUES (:identity, 'Bearer', :token, '2026-01-01')",
            identity=number,
            token=b"encrypted",
        )
        sql(
            app,
            "INSERT INTO invitations (token_hash, note, created_at, expires_at, used_at,"
            " used_by_id) VALUES (:hash, 'n', '2026-01-01', '2027-01-01', '2026-01-01', :user)",
            hash=f"invitation-{number}",
            user=number,
        )
    return app, ada


def everything(app: RunningApp) -> dict[str, list[dict[str, Any]]]:
    from app.db import Base

    return {name: app.rows(name) for name in Base.metadata.tables}


def test_export(shared: tuple[RunningApp, Visitor]) -> None:
    """Every table that has rows about a user is in it; no secret, and nothing of anybody else."""
    from app.db import Base

    app, ada = shared
    answer = ada.press("/account/export")
    found = json.loads(answer.text)

    assert answer.headers["Content-Type"].startswith("application/json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    pointing = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "users"
    }
    assert set(found) == pointing | {"users"}
    assert {"identities", "login_sessions", "audit_events", "notes", "api_tokens"} < pointing
    assert all(found.values()), "a table is empty"
    assert [user["id"] for user in found["users"]] == [1]
    for name, rows in found.items():
        assert {row.get("user_id", row.get("used_by_id", 1)) for row in rows} == {1}, name
        for row in rows:
            assert not set(SECRETS) & set(row), name
    for value in ("Grace", GRACE.email, "hash-of-", "invitation-1", ADA.email):
        assert (value in answer.text) == (value == ADA.email)
    cookie = next(iter(ada.cookies)).value
    assert cookie not in answer.text
    for row in everything(app)["login_sessions"] + everything(app)["pending_logins"]:
        for name in SECRETS:
            assert row.get(name) is None or row[name] not in answer.text
    assert app.rows("audit_events")[-1]["event"] == "export"


def test_an_export_of_a_table_that_names_two_people(
    app: RunningApp, ada: Visitor, visit: Visit, sql: Any
) -> None:
    """An owner's own table, with a writer and a reader: rows of either are theirs."""
    from app.db import Base
    from sqlalchemy import Column, ForeignKey, Integer, Table

    visit(app).sign_in("beta", GRACE)
    names = ("writer_id", "reader_id")
    columns = [Column(name, Integer, ForeignKey("users.id", ondelete="CASCADE")) for name in names]
    letters = Table("letters", Base.metadata, Column("id", Integer, primary_key=True), *columns)
    try:
        sql(app, "CREATE TABLE letters (id INTEGER, writer_id INTEGER, reader_id INTEGER)")
        for writer, reader in ((1, 2), (2, 1), (2, 2)):
            values = {"id": 10 * writer + reader, "writer": writer, "reader": reader}
            sql(app, "INSERT INTO letters VALUES (:id, :writer, :reader)", **values)
        found = json.loads(ada.press("/account/export").text)
    finally:
        Base.metadata.remove(letters)

    assert [row["id"] for row in found["letters"]] == [12, 21]


def test_an_export_is_readable(app: RunningApp, visitor: Visitor) -> None:
    from dataclasses import replace

    visitor.sign_in("alpha", replace(ADA, name="\u5c71\u7530 \u592a\u90ce"))

    assert "\u5c71\u7530 \u592a\u90ce" in visitor.press("/account/export").text


def test_lo_11_delete(shared: tuple[RunningApp, Visitor]) -> None:
    app, ada = shared
    before = everything(app)
    answer = ada.press("/account/delete", sure="y")
    after = everything(app)

    assert went_to(answer) == "/"
    assert "Your account and all its data have been deleted." in text_of(ada.visit("/"))
    assert ada.who() is None
    for name, rows in after.items():
        if name == "alembic_version":
            continue
        mine = {"users": "id", "invitations": "used_by_id", "provider_tokens": "identity_id"}
        column = mine.get(name, "user_id")
        assert [row for row in rows if row[column] == 2] == [
            row for row in before[name] if row[column] == 2
        ], f"{name}: another user's rows changed"
        assert not [row for row in rows if row[column] == 1], f"{name}: something was left"
    # What the owner's log keeps names nobody.
    (left,) = [row for row in after["audit_events"] if row["user_id"] is None]
    assert (left["event"], left["provider"]) == ("delete_account", None)
    assert [row["note"] for row in after["invitations"]] == ["n", "n"]
    assert ada.sign_in("alpha", ADA).headers["Location"] == "/"
    assert ada.who()["id"] == "3"
    assert "written by" not in ada.page("/notes")


def test_lo_11_every_other_browser_is_out(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    other = visit(app)
    other.sign_in("alpha", ADA)
    ada.press("/account/delete", sure="y")

    assert other.who() is None


def test_lo_11_what_was_under_way_is_over(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    other = visit(app)
    other.sign_in("alpha", ADA)
    location = other.leave("/account/connections/beta")
    ada.press("/account/delete", sure="y")
    other.come_back(location, ADA_AT_B)

    assert app.rows("identities") == app.rows("users") == app.rows("pending_logins") == []


def test_delete_asks_twice(app: RunningApp, ada: Visitor) -> None:
    answer = ada.press("/account/delete")

    assert answer.status_code == 200
    assert 'id="sure-error"' in answer.text
    assert ada.post(f"{app.url}/account/delete", data={"sure": "y"}).status_code == 400
    assert len(app.rows("users")) == 1


def test_lo_11_one_transaction(shared: tuple[RunningApp, Visitor], sql: Any) -> None:
    """The database refuses at the very end: then nothing at all is deleted."""
    app, ada = shared
    before = everything(app)
    if app.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        sql(
            app,
            "CREATE TRIGGER stop BEFORE INSERT ON audit_events WHEN NEW.event = 'delete_account'"
            " BEGIN SELECT RAISE(ABORT, 'stop'); END",
        )
    else:
        sql(
            app,
            "ALTER TABLE audit_events ADD CONSTRAINT stop CHECK (event <> 'delete_account')",
        )
    answer = ada.press("/account/delete", sure="y")

    assert answer.status_code == 500
    assert everything(app) == before
    assert ada.who()["id"] == "1"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_db_10_the_schema_itself_holds_it(
    kind: str, request: pytest.FixtureRequest, migrated_sqlite: Any
) -> None:
    """Unique identities, no orphans, nothing left out that is needed: the database sees to it."""
    from harness.databases import postgresql_database
    from sqlalchemy import create_engine, inspect

    def check(url: str) -> None:
        engine = create_engine(url)
        seen = inspect(engine)
        unique = [set(u["column_names"]) for u in seen.get_unique_constraints("identities")]
        assert {"provider", "sub"} in unique
        assert {"key_hash"} in [
            set(u["column_names"]) for u in seen.get_unique_constraints("login_sessions")
        ]
        needed = ("user_id", "provider", "sub", "issuer")
        columns = {c["name"]: c["nullable"] for c in seen.get_columns("identities")}
        assert not any(columns[name] for name in needed)
        for table in seen.get_table_names():
            for key in seen.get_foreign_keys(table):
                wanted = "SET NULL" if table == "invitations" else "CASCADE"
                assert key["options"].get("ondelete") == wanted, (table, key)
        engine.dispose()

    if kind == "sqlite":
        check(f"sqlite:///{migrated_sqlite}")
    else:
        with postgresql_database(request.getfixturevalue("migrated_postgresql")) as url:
            check(url.replace("postgresql://", "postgresql+psycopg://"))


def test_an_export_for_a_reader(app: RunningApp, ada: Visitor) -> None:
    """Named after the app and the day; without numbers of rows, and without empty tables."""
    import re
    from datetime import UTC, datetime

    answer = ada.press("/account/export")
    found = json.loads(answer.text)

    name = re.search(r'filename="([^"]+)"', answer.headers["Content-Disposition"])
    assert name
    assert name[1].endswith(f"-{datetime.now(UTC):%Y-%m-%d}.json")
    assert re.fullmatch(r"[a-z0-9-]+\.json", name[1])
    assert "template" in name[1], "the name of the app"
    assert all(found.values()), "an empty table"
    assert not {"api_tokens", "pending_logins", "invitations"} & set(found)
    for table, rows in found.items():
        if table in ("users", "notes"):
            continue
        for row in rows:
            internal = {"id", "user_id", "identity_id", "session_id", "sid", "request_id"}
            assert not internal & set(row), table
    assert found["identities"][0]["sub"] == ADA.sub


def test_columns_that_an_owner_calls_secret(app: RunningApp, ada: Visitor, sql: Any) -> None:
    from app.db import Base
    from sqlalchemy import Column, ForeignKey, Integer, String, Table

    secret = ("api_secret", "password_hash", "PassWord", "token_hash", "private_key", "apikey")
    secret += ("pwd", "totp_seed", "recovery_codes")
    names = (*secret, "harmless")
    columns = [Column(name, String) for name in names]
    key = Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"))
    pin = Column("pin", String, info={"secret": True})
    vault = Table(
        "vault", Base.metadata, Column("id", Integer, primary_key=True), key, pin, *columns
    )
    try:
        quoted = ", ".join(f'"{name}" TEXT' for name in (*names, "pin"))
        sql(app, f"CREATE TABLE vault (id INTEGER, user_id INTEGER, {quoted})")
        sql(app, "INSERT INTO vault (id, user_id) VALUES (1, 1)")
        for name in (*names, "pin"):
            sql(app, f"UPDATE vault SET \"{name}\" = 'x'")  # noqa: S608 - names of this test
        found = json.loads(ada.press("/account/export").text)
    finally:
        Base.metadata.remove(vault)

    assert found["vault"] == [{"id": 1, "user_id": 1, "harmless": "x"}]
