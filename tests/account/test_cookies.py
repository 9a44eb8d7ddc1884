"""The session's cookie: what is in it, whose key signs it, and which answers must not be kept."""

import json
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import decompress

import pytest
import requests
from harness.app_server import SECRET_KEY, RunningApp
from harness.visitor import Visitor, went_to

from .conftest import ADA, ADA_AT_B, Serve, Visit

NEW_KEY = "another-key-9876543210-zyxwvutsrqponmlkjihgfedcba"


def cookie(browser: requests.Session) -> str:
    return next(str(c.value) for c in browser.cookies if c.name.endswith("_session"))


def content(browser: requests.Session) -> dict[str, Any]:
    """Return what anybody can read in the cookie."""
    value = cookie(browser)
    body = value.removeprefix(".").split(".")[0]
    data = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    found: dict[str, Any] = json.loads(decompress(data) if value.startswith(".") else data)
    return found


def test_se_13_nothing_secret_of_a_login_under_way(app: RunningApp, visitor: Visitor) -> None:
    location = visitor.leave("/login/alpha", next="/notes")
    asked = parse_qs(urlsplit(location).query)
    (row,) = app.rows("pending_logins")
    text = str(content(visitor))

    assert set(content(visitor)) <= {"browser", "csrf_token", "_fresh", "_permanent"}
    for secret in (asked["state"][0], asked["nonce"][0], row["code_verifier"], "/notes"):
        assert secret not in text
    assert asked["state"][0] not in str(row)


def test_se_13_nothing_of_the_person(app: RunningApp, ada: Visitor, sql: Any) -> None:
    sql(app, "UPDATE users SET is_admin = true")
    ada.visit("/account")
    found = content(ada)

    assert set(found) <= {"_user_id", "_fresh", "_permanent", "browser", "csrf_token", "_flashes"}
    for value in (ADA.email, ADA.name, ADA.sub, "admin", "alpha"):
        assert value not in str(found)
    # The key of the session is not what the database holds.
    assert found["_user_id"] not in str(app.rows("login_sessions"))
    assert len(found["_user_id"]) >= 43


def test_se_13_nothing_of_the_one_who_waits(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    other = visit(app)
    assert went_to(other.sign_in("beta", ADA_AT_B)) == "/login/same-address"

    for value in (ADA_AT_B.email, ADA_AT_B.name, ADA_AT_B.sub):
        assert value not in str(content(other))


def test_se_08_another_apps_key(serve: Serve, visit: Visit, sqlite_url: str) -> None:
    """Two apps side by side, on one database even: cookies of one are nothing to the other."""
    ada, other = visit(serve(sqlite_url)), visit(serve(sqlite_url, SECRET_KEY=NEW_KEY))
    ada.sign_in("alpha", ADA)
    other.cookies.update(ada.cookies)

    assert other.who() is None
    assert went_to(other.visit("/account")).startswith("/login")
    assert ada.who()


@pytest.mark.parametrize("value", ["", "x", "e30.x.y", ".eJw.x.y", "\x7f", "a" * 4000])
def test_se_08_a_cookie_that_is_none(app: RunningApp, visitor: Visitor, value: str) -> None:
    visitor.visit("/login")
    name = next(c.name for c in visitor.cookies if c.name.endswith("_session"))
    visitor.cookies.clear()
    answer = visitor.get(f"{app.url}/session", headers={"Cookie": f"{name}={value}"})

    assert answer.status_code == 401


def test_se_08_a_changed_cookie(app: RunningApp, ada: Visitor) -> None:
    value = cookie(ada)
    body, _, rest = value.rpartition(".")
    for changed in (f"{body}.{rest[:-2]}AA", value[:-1], value.replace(".", "", 1), f"{value}x"):
        for one in ada.cookies:
            if one.name.endswith("_session"):
                one.value = changed
        assert ada.visit("/session").status_code == 401


def test_se_10_rotation(serve: Serve, visit: Visit, sqlite_url: str) -> None:
    before = visit(serve(sqlite_url))
    before.sign_in("alpha", ADA)
    during = visit(serve(sqlite_url, SECRET_KEY=NEW_KEY, SECRET_KEY_FALLBACKS=SECRET_KEY))
    during.cookies.update(before.cookies)
    assert during.who()["id"] == "1", "the old key is not taken any more"
    after = serve(sqlite_url, SECRET_KEY=NEW_KEY)
    late = visit(after)
    late.cookies.update(before.cookies)
    assert late.who() is None, "the old key is taken for ever"

    during.sign_in("alpha", ADA)
    renewed = visit(after)
    renewed.cookies.update(during.cookies)
    assert renewed.who()["id"] == "1", "new cookies are not signed with the new key"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/login", "/login/alpha", "/session", "/notes", "/account"),
        *(
            f"/account/{page}"
            for page in ("connections", "sessions", "activity", "export", "delete")
        ),
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_se_12_not_for_caches(
    app: RunningApp, ada: Visitor, visit: Visit, path: str, signed_in: bool
) -> None:
    answer = (ada if signed_in else visit(app)).visit(path)
    kept = answer.headers["Cache-Control"]

    assert "no-store" in kept or "private" in kept
    assert "Cookie" in answer.headers["Vary"]


def test_se_12_what_is_the_same_for_all(app: RunningApp, ada: Visitor) -> None:
    answer = ada.visit("/static/app.css")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("value", ["a|é", "1|x", "|", "x" * 4000])
def test_a_remember_cookie_is_ignored(app: RunningApp, visitor: Visitor, value: str) -> None:
    """A host beside the app may set one for this domain."""
    for path in ("/", "/login", "/nothing"):
        headers = {"Cookie": f"remember_token={value}".encode()}
        answer = requests.get(app.url + path, headers=headers, timeout=10)
        assert answer.status_code in (200, 404), path


def test_a_remember_cookie_signs_nobody_in(app: RunningApp, ada: Visitor) -> None:
    """Flask-Login would accept the session's key in it, signed with our key."""
    from flask_login import encode_cookie

    with app.app.test_request_context():
        forged = encode_cookie(content(ada)["_user_id"])
    answer = requests.get(f"{app.url}/session", cookies={"remember_token": forged}, timeout=10)
    assert answer.json() == {"user": None}
