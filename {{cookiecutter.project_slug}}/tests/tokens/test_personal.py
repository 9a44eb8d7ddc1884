"""Personal tokens: made, shown once, used, revoked."""

import re
from datetime import timedelta

from sqlalchemy import func, select, update

from app.db import db
from app.signin.database import hash_of, now
from app.signin.models import ApiToken, AuditEvent, LoginSession
from app.tokens import formats
from tests.fake_provider import GRACE

from .conftest import Program, make_token


def rows(app, *conditions):
    with app.app_context():
        return db.session.scalars(select(ApiToken).where(*conditions)).all()


def test_a_token_is_shown_once_and_only_its_hash_is_stored(app, signed_in):
    token = make_token(signed_in, "profile:read")
    page = signed_in.get("/account/tokens").text

    assert token not in page
    assert token[:16] in page
    [row] = rows(app)
    assert (row.token_hash, row.prefix, row.name) == (hash_of(token), token[:16], "backup")
    assert token not in str(vars(row))


def test_a_token_says_who_it_is(mine):
    answer = mine("profile:read").call("GET", "me")

    assert answer.status_code == 200
    assert answer.get_json()["name"] == "Ada Lovelace"
    assert answer.get_json()["scope"] == "profile:read"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_secret_scanner_finds_it(app, signed_in):
    """As docs/api.md tells the owner: the pattern, and the checksum."""
    token = make_token(signed_in, "notes:read")

    prefix = app.extensions["token_prefix"]
    assert re.fullmatch(rf"{prefix}_pat_[0-9A-Za-z]{{49}}", token)
    assert formats.checksum(token[:-6]) == token[-6:]
    with app.app_context():
        assert formats.is_ours(token, "pat")
        assert not formats.is_ours(token[:-1] + ("a" if token[-1] != "a" else "b"), "pat")
        assert not formats.is_ours(token, "ref")


def test_it_ends(app, mine):
    program = mine("profile:read")
    with app.app_context():
        db.session.execute(update(ApiToken).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()

    assert program.call("GET", "me").status_code == 401


def test_it_is_revoked(app, signed_in):
    token = make_token(signed_in, "profile:read")
    program = Program(app, token)
    [row] = rows(app)
    signed_in.press(f"/account/tokens/{row.id}/revoke")

    assert program.call("GET", "me").status_code == 401
    assert "You have no tokens" in signed_in.get("/account/tokens").text


def test_a_program_can_revoke_its_own(mine):
    program = mine("notes:read")

    assert program.call("DELETE", "token").status_code == 204
    assert program.call("DELETE", "token").status_code == 401


def test_nobody_revokes_another_s(app, signed_in, fake):
    token = make_token(signed_in, "profile:read")
    [row] = rows(app)
    fake.person = GRACE
    stranger = app.test_client()
    stranger.sign_in()
    stranger.press(f"/account/tokens/{row.id}/revoke")

    assert Program(app, token).call("GET", "me").status_code == 200


def test_all_are_revoked(app, signed_in):
    tokens = [make_token(signed_in, "profile:read") for _ in range(2)]
    signed_in.press("/account/tokens/revoke-all")

    assert [Program(app, token).call("GET", "me").status_code for token in tokens] == [401, 401]


def test_signing_out_everywhere_revokes_tokens(app, signed_in, mine):
    program = mine("profile:read")
    signed_in.press("/account/sessions/end-others")

    assert program.call("GET", "me").status_code == 401


def test_a_disabled_person_s_token_does_nothing(app, mine):
    program = mine("profile:read")
    runner = app.test_cli_runner()
    runner.invoke(args=["users", "disable", "1"])
    assert program.call("GET", "me").status_code == 401
    runner.invoke(args=["users", "enable", "1"])

    assert program.call("GET", "me").status_code == 401


def test_ending_sessions_by_command_revokes_tokens(app, mine):
    program = mine("profile:read")
    app.test_cli_runner().invoke(args=["sessions", "end", "--user", "1"])

    assert program.call("GET", "me").status_code == 401


def test_a_deleted_person_s_token_is_gone(app, mine):
    program = mine("profile:read")
    app.test_cli_runner().invoke(args=["users", "delete", "1"])

    assert program.call("GET", "me").status_code == 401
    assert rows(app) == []


def test_last_use_is_stored_once_a_minute(app, mine, statements):
    program = mine("profile:read")
    program.call("GET", "me")
    [row] = rows(app)
    assert row.last_used_at
    assert row.last_used_address == "127.0.0.1"
    with statements() as seen:
        program.call("GET", "me")

    assert [one.split()[0] for one in seen] == ["SELECT"]


def test_making_a_token_needs_a_recent_sign_in(app, signed_in):
    with app.app_context():
        db.session.execute(update(LoginSession).values(authenticated_at=now() - timedelta(hours=1)))
        db.session.commit()
    answer = signed_in.press("/account/tokens", name="x", scopes="notes:read", days="7")

    assert answer.location == "/account/reauthenticate?next=/account/tokens"
    assert rows(app) == []


def test_what_the_form_refuses(app, signed_in):
    for fields in (
        {"name": "", "scopes": "notes:read", "days": "7"},
        {"name": "\u202e", "scopes": "notes:read", "days": "7"},
        {"name": "x", "days": "7"},
        {"name": "x", "scopes": "everything", "days": "7"},
        {"name": "x", "scopes": "notes:read", "days": "100000"},
        {"name": "x" * 101, "scopes": "notes:read", "days": "7"},
    ):
        page = signed_in.press("/account/tokens", **fields)
        assert 'class="error"' in page.text, fields

    assert rows(app) == []


def test_nobody_makes_tokens_without_end(app, signed_in):
    for _ in range(50):
        make_token(signed_in, "notes:read")
    fields = {"name": "x", "scopes": "notes:read", "days": "7"}
    signed_in.press("/account/tokens", **fields)

    assert len(rows(app)) == 50
    assert "You have 50 tokens already" in signed_in.get("/account/tokens").text


def test_events_are_recorded(app, signed_in):
    make_token(signed_in, "notes:read")
    signed_in.press("/account/tokens/revoke-all")
    with app.app_context():
        count = select(AuditEvent.event, func.count()).group_by(AuditEvent.event)
        events = dict(list(db.session.execute(count)))

    assert events["token_created"] == events["token_revoked"] == 1
    page = signed_in.get("/account/activity").text
    assert "Token created" in page
