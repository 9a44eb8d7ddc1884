"""What the API refuses, and how; its example resource."""

import json
from typing import Any

import pytest

from app.tokens.device import DEVICE_CODE

from .conftest import Program, make_token


def test_no_token(program):
    answer = program.call("GET", "me")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer realm=api"
    assert answer.get_json()["error"] == "missing_token"


@pytest.mark.parametrize(
    "token", ["x", "template_pat_x", "template_pat_" + "a" * 49, "a.b.c", "é", "x" * 5000, "\t"]
)
def test_a_wrong_token(app, token):
    answer = Program(app, token).call("GET", "me")

    assert answer.status_code == 401
    assert set(answer.get_json()) == {"error", "error_description", "request_id"}


def test_a_forged_token_costs_no_query(app, statements):
    forged = ("template_pat_" + "a" * 49, "eyJhbGciOiJub25lIn0.e30.", "x")
    with statements() as seen:
        for token in forged:
            answer = Program(app, token).call("GET", "me")
            assert answer.headers["WWW-Authenticate"] == "Bearer realm=api, error=invalid_token"

    assert seen == []


def test_a_token_without_the_scope(mine):
    answer = mine("notes:read").call("GET", "me")

    assert answer.status_code == 403
    challenge = 'Bearer realm=api, error=insufficient_scope, scope="profile:read"'
    assert answer.headers["WWW-Authenticate"] == challenge


def test_a_session_is_no_token(signed_in):
    """And a token in an address is none either."""
    assert signed_in.get("/api/v1/me").status_code == 401
    token = make_token(signed_in, "profile:read")
    assert signed_in.get(f"/api/v1/me?access_token={token}").status_code == 401
    assert signed_in.post("/api/v1/me", data={"access_token": token}).status_code == 405


def test_a_token_is_no_session(mine):
    program = mine("profile:read", "notes:read", "notes:write")
    headers = {"Authorization": f"Bearer {program.token}"}

    assert program.client.get("/account", headers=headers).status_code in (303, 404)
    assert program.client.get("/session", headers=headers).status_code == 401


def test_errors_are_json(program):
    for method, path, status, error in (
        ("GET", "nothing", 404, "not_found"),
        ("PUT", "me", 405, "method_not_allowed"),
        ("GET", "token", 405, "method_not_allowed"),
    ):
        answer = program.call(method, path)
        assert (answer.status_code, answer.get_json()["error"]) == (status, error)
    assert program.call("PUT", "me").headers["Allow"]


@pytest.mark.parametrize("grant_type", ["refresh_token", DEVICE_CODE])
def test_too_many_wrong_grants(make_app, grant_type):
    app = make_app({"RATELIMIT_ENABLED": "1", "RATELIMIT_LOGIN": "3 per minute"})
    sent = {"grant_type": grant_type, "refresh_token": "x", "device_code": "x"}
    answers = [app.test_client().post("/api/v1/token", data=sent) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 429, 429]
    assert answers[-1].get_json()["error"] == "too_many_requests"


def test_too_many_wrong_tokens(make_app):
    app = make_app({"RATELIMIT_ENABLED": "1", "RATELIMIT_LOGIN": "3 per minute"})
    browser = app.test_client()
    browser.sign_in()
    good, bad = Program(app, make_token(browser, "profile:read")), Program(app, "x")
    answers = [bad.call("GET", "me") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert answers[-1].get_json()["error"] == "too_many_requests"
    assert answers[-1].headers["Retry-After"]
    assert good.call("GET", "me").status_code == 200


def test_no_token_in_the_log(app, signed_in, caplog):
    token = make_token(signed_in, "notes:read")
    with caplog.at_level("DEBUG"):
        Program(app, token).call("GET", "me")
        Program(app, token[:-1]).call("GET", "me")

    assert token[:-1] not in caplog.text
    assert token[:-1] not in str([vars(record) for record in caplog.records])


# --- Notes


def listed(program: Program, path: str = "notes") -> dict[str, Any]:
    answer = program.call("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_notes(mine):
    program = mine("notes:read", "notes:write")
    made = program.call("POST", "notes", json={"body": " Read the specification. "})

    assert made.status_code == 201
    note = made.get_json()
    assert note["body"] == "Read the specification."
    assert listed(program)["notes"][0] == note
    assert program.call("DELETE", f"notes/{note['id']}").status_code == 204
    assert program.call("DELETE", f"notes/{note['id']}").status_code == 404


def test_pages_of_notes(mine):
    program = mine("notes:read", "notes:write")
    for number in range(4):
        program.call("POST", "notes", json={"body": f"note {number}"})
    first = listed(program, "notes?limit=2")
    second = listed(program, first["next"].removeprefix("/api/v1/"))
    third = listed(program, second["next"].removeprefix("/api/v1/"))

    bodies = [note["body"] for page in (first, second, third) for note in page["notes"]]
    assert bodies[:4] == ["note 3", "note 2", "note 1", "note 0"]
    assert len(bodies) == 5  # the one that welcomes everybody
    assert third["next"] is None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "before=0", "before=9e9"]
)
def test_pages_that_are_none(mine, query):
    answer = mine("notes:read").call("GET", f"notes?{query}")

    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "body", [None, "", " ", 5, ["x"], "x" * 501, "a\0b", {"body": "x"}], ids=repr
)
def test_notes_that_are_none(mine, body):
    answer = mine("notes:write").call("POST", "notes", json={"body": body})

    assert (answer.status_code, answer.get_json()["error"]) == (422, "invalid_note")


def test_json_that_is_none(mine):
    program = mine("notes:write")

    for data in ("", "{", json.dumps([1]), "null"):
        answer = program.call("POST", "notes", data=data, content_type="application/json")
        assert answer.status_code == 422
    assert program.call("POST", "notes", json={"body": "x" * 70_000}).status_code == 413


def test_notes_are_one_person_s(app, mine, fake):
    note = mine("notes:write").call("POST", "notes", json={"body": "Ada's"}).get_json()
    fake.person = {"sub": "1906", "name": "Grace Hopper"}
    browser = app.test_client()
    browser.sign_in()
    grace = Program(app, make_token(browser, "notes:read", "notes:write"))

    assert "Ada's" not in str(listed(grace))
    assert grace.call("DELETE", f"notes/{note['id']}").status_code == 404
