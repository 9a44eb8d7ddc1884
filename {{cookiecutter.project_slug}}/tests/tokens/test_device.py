"""Signing in a program with its code (RFC 8628), and refresh tokens."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import select, update

from app.db import db
from app.signin.database import now
from app.signin.models import ApiToken, LoginSession

from .conftest import Program, approve


def change(app, *conditions, **values):
    with app.app_context():
        db.session.execute(update(ApiToken).where(*conditions).values(**values))
        db.session.commit()


def earlier(**time):
    return now() - timedelta(**time)


def kinds(app):
    with app.app_context():
        return sorted(db.session.scalars(select(ApiToken.kind)))


def test_the_codes(program):
    asked = program.ask("notes:read profile:read")

    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", asked["user_code"])
    assert asked["verification_uri"] == "http://localhost:8000/device"
    assert asked["verification_uri_complete"].endswith(f"?user_code={asked['user_code']}")
    assert (asked["expires_in"], asked["interval"]) == (900, 5)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "notes:read"}, "invalid_request"),
        ({"scope": "notes:read", "client_id": " \u202e"}, "invalid_request"),
        ({"client_id": "x"}, "invalid_scope"),
        ({"client_id": "x", "scope": "notes:read everything"}, "invalid_scope"),
    ],
)
def test_what_is_no_request(program, form, error):
    answer = program.call("POST", "device", data=form)

    assert (answer.status_code, answer.get_json()["error"]) == (400, error)


def test_a_program_signs_in(app, program, signed_in):
    asked = program.ask("profile:read notes:read", name="notes <cli>")
    page = signed_in.get(f"/device?user_code={asked['user_code'].lower().replace('-', '')}").text
    assert "notes &lt;cli&gt;" in page
    assert asked["user_code"] in page
    assert "Read your notes" in page
    assert "127.0.0.1" in page
    assert program.poll(asked["device_code"]).get_json()["error"] == "authorization_pending"
    assert approve(signed_in, asked["user_code"]).location == "/account/tokens"
    answer = program.poll(asked["device_code"])

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.get_json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert Program(app, tokens["access_token"]).call("GET", "me").get_json()["id"] == "1"
    assert program.poll(asked["device_code"]).get_json()["error"] == "invalid_grant"
    assert "notes &lt;cli&gt;" in signed_in.get("/account/tokens").text


def test_the_page_needs_a_person(app, program):
    asked = program.ask()
    answer = app.test_client().get(f"/device?user_code={asked['user_code']}")

    assert answer.status_code == 303
    assert answer.location == f"/login?next=/device?user_code%3D{asked['user_code']}"


def test_the_page_needs_a_recent_sign_in_and_keeps_the_code(app, program, signed_in):
    with app.app_context():
        db.session.execute(update(LoginSession).values(authenticated_at=earlier(hours=1)))
        db.session.commit()
    answer = signed_in.get("/device?user_code=BCDF-GHJK")

    assert "user_code%3DBCDF-GHJK" in answer.location


def test_the_person_refuses(program, signed_in):
    asked = program.ask()
    approve(signed_in, asked["user_code"], "refuse")

    assert program.poll(asked["device_code"]).get_json()["error"] == "access_denied"
    assert program.poll(asked["device_code"]).get_json()["error"] == "invalid_grant"


def test_a_code_is_answered_once(program, signed_in):
    asked = program.ask()
    approve(signed_in, asked["user_code"], "refuse")
    again = approve(signed_in, asked["user_code"])

    assert again.location.startswith("/device")
    assert program.poll(asked["device_code"]).get_json()["error"] == "access_denied"


def test_a_program_that_asks_too_often(app, program, signed_in):
    asked = program.ask()
    answers = [program.poll(asked["device_code"]).get_json()["error"] for _ in range(3)]
    assert answers == ["authorization_pending", "slow_down", "slow_down"]
    change(app, last_used_at=earlier(seconds=5))
    assert program.poll(asked["device_code"]).get_json()["error"] == "authorization_pending"


def test_nobody_answers_in_time(app, program, signed_in):
    asked = program.ask()
    change(app, expires_at=earlier(seconds=1))

    assert program.poll(asked["device_code"]).get_json()["error"] == "expired_token"
    page = signed_in.get(f"/device?user_code={asked['user_code']}").text
    assert "No program has this code" in page
    approve(signed_in, asked["user_code"])
    assert program.poll(asked["device_code"]).get_json()["error"] == "expired_token"


def test_a_disabled_person_s_program_gets_nothing(app, program, signed_in):
    asked = program.ask()
    approve(signed_in, asked["user_code"])
    app.test_cli_runner().invoke(args=["users", "disable", "1"])

    assert program.poll(asked["device_code"]).get_json()["error"] == "invalid_grant"


def test_codes_cannot_be_guessed(make_app):
    app = make_app({"RATELIMIT_ENABLED": "1", "RATELIMIT_LOGIN": "4 per minute"})
    browser = app.test_client()
    browser.sign_in()
    answers = [browser.get("/device?user_code=BCDF-GHJK").status_code for _ in range(6)]

    assert answers == [200, 200, 200, 200, 429, 429]


def test_device_codes_are_no_tokens(app, program, signed_in):
    asked = program.ask("profile:read")
    approve(signed_in, asked["user_code"])

    assert Program(app, asked["device_code"]).call("GET", "me").status_code == 401


# --- Refresh tokens


def test_a_refresh_token_is_exchanged_once(app, program, pair):
    new = program.refresh(pair["refresh_token"]).get_json()

    assert new["refresh_token"] != pair["refresh_token"]
    assert new["scope"] == pair["scope"]
    assert Program(app, new["access_token"]).call("GET", "me").status_code == 200
    change(app, ApiToken.replaced_at.is_not(None), replaced_at=earlier(minutes=1))
    assert program.refresh(pair["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_a_stolen_refresh_token_ends_its_family(app, program, pair):
    """Whoever used it first: the thief, or the program itself."""
    new = program.refresh(pair["refresh_token"]).get_json()
    change(app, ApiToken.replaced_at.is_not(None), replaced_at=earlier(minutes=1))
    program.refresh(pair["refresh_token"])

    assert kinds(app) == []
    assert program.refresh(new["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert Program(app, new["access_token"]).call("GET", "me").status_code == 401


def test_requests_at_the_same_time_all_get_tokens(app, program, pair):
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(program.refresh, [pair["refresh_token"]] * 4))

    assert [answer.status_code for answer in answers] == [200] * 4
    for answer in answers:
        token = answer.get_json()["access_token"]
        assert Program(app, token).call("GET", "me").status_code == 200


def test_a_refresh_token_ends(app, program, pair):
    change(app, ApiToken.kind == "refresh", expires_at=earlier(seconds=1))

    assert program.refresh(pair["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_a_refresh_token_calls_nothing(app, pair):
    assert Program(app, pair["refresh_token"]).call("GET", "me").status_code == 401


@pytest.mark.parametrize("grant_type", ["", "password", "authorization_code"])
def test_other_grants(program, grant_type):
    answer = program.call("POST", "token", data={"grant_type": grant_type})

    assert answer.get_json()["error"] == "unsupported_grant_type"


def test_revoking_a_program_ends_its_family(app, program, pair, signed_in):
    with app.app_context():
        refresh = select(ApiToken.id).where(ApiToken.kind == "refresh")
        token_id = db.session.scalar(refresh)
    signed_in.press(f"/account/tokens/{token_id}/revoke")

    assert kinds(app) == []
    assert Program(app, pair["access_token"]).call("GET", "me").status_code == 401


# --- Access tokens


def test_an_access_token_is_revoked_by_its_row(app, pair):
    change(app, ApiToken.kind == "access", expires_at=earlier(seconds=1))

    assert Program(app, pair["access_token"]).call("GET", "me").status_code == 401


def forged(claims, key, **header):
    header = {"alg": "HS256", "typ": "at+jwt", **header}
    return jwt.encode(header, claims, OctKey.import_key(key), algorithms=["HS256", "HS512"])


def test_forged_access_tokens(app, pair):
    import base64
    import hmac
    import json

    secret_key = app.config["SECRET_KEY"].encode()
    key = hmac.digest(secret_key, b"access tokens of the API", "sha256")
    payload = pair["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    good = forged(claims, key)
    assert Program(app, good).call("GET", "me").status_code == 200
    for changes in (
        {"exp": 1},
        {"exp": None},
        {"exp": "never"},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"jti": "another"},
        {"jti": None},
        {"jti": 5},
    ):
        token = forged({**claims, **changes}, key)
        assert Program(app, token).call("GET", "me").status_code == 401, changes
    assert Program(app, forged(claims, secret_key)).call("GET", "me").status_code == 401
    assert Program(app, forged(claims, key, typ="JWT")).call("GET", "me").status_code == 401
    assert Program(app, forged(claims, key, alg="HS512")).call("GET", "me").status_code == 401
