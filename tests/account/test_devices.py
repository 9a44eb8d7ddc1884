"""Sessions: listed, ended one by one or all, limited in time, and dead on the server when over."""

import sqlite3
from contextlib import closing

import pytest
import requests
from harness.app_server import RunningApp
from harness.visitor import Visitor, went_to

from .conftest import ADA, GRACE, Later, Serve, Visit

DEVICES = "/account/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


def saved_cookies(browser: Visitor) -> requests.Session:
    """Return what a thief of this browser's cookies has."""
    thief = requests.Session()
    thief.cookies.update(browser.cookies)
    return thief


def is_in(app: RunningApp, browser: requests.Session) -> bool:
    """Is somebody signed in, by every way of asking?"""
    found = browser.get(f"{app.url}/session")
    notes = browser.get(f"{app.url}/notes", allow_redirects=False)
    assert (found.status_code == 200) == (notes.status_code == 200)
    if found.status_code == 401:
        assert found.json() == {"user": None}
        assert notes.headers["Location"] == "/login?next=/notes"
    return found.status_code == 200


# --- The list


def test_se_05_the_list_shows_all(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    for agent in (FIREFOX, IPHONE, "", "\u00e4" * 100, "<script>alert(1)</script>"):
        browser = visit(app)
        browser.headers["User-Agent"] = agent.encode()
        browser.sign_in("alpha", ADA)
    page = ada.page(DEVICES)

    assert page.count("Signed in with Alpha") == 6
    assert page.count("This device") == 1
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert "127.0.0.1" in page
    assert "<script>alert" not in ada.visit(DEVICES).text


def test_se_05_the_list_leaves_out_others_and_the_past(
    app: RunningApp, ada: Visitor, visit: Visit, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.signin.auth import cleanup

    visit(app).sign_in("alpha", ADA)
    later(app, days=8)
    ada.sign_in("alpha", ADA)
    monkeypatch.setattr(cleanup, "_next_run", 0.0)
    visit(app).sign_in("beta", GRACE)

    assert ada.page(DEVICES).count("Signed in with") == 1


def test_se_05_end_one(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    lost, kept = visit(app), visit(app)
    lost.sign_in("alpha", ADA)
    kept.sign_in("alpha", ADA)
    assert went_to(ada.press(f"{DEVICES}/2/end")) == DEVICES

    assert "That device has been signed out." in ada.page(DEVICES)
    assert not is_in(app, lost)
    assert is_in(app, kept)
    assert is_in(app, ada)
    assert app.rows("audit_events")[-1]["event"] == "end_sessions"


def test_se_05_end_all_others(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    others = [visit(app) for _ in range(3)]
    for browser in others:
        browser.sign_in("alpha", ADA)
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    ada.press(f"{DEVICES}/end-others")

    assert not any(is_in(app, browser) for browser in others)
    assert is_in(app, ada)
    assert is_in(app, grace)
    assert "Sign out all other devices" not in ada.page(DEVICES)


@pytest.mark.parametrize("path", [f"{DEVICES}/end-others", f"{DEVICES}/99/end"])
def test_what_ends_no_session_is_no_event(app: RunningApp, ada: Visitor, path: str) -> None:
    """One person could fill the table."""
    before = app.rows("audit_events")
    assert went_to(ada.press(path)) == DEVICES
    assert app.rows("audit_events") == before


def test_se_05_nobody_ends_the_session_of_another(
    app: RunningApp, ada: Visitor, visit: Visit
) -> None:
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    grace.press(f"{DEVICES}/1/end")

    assert is_in(app, ada)


def test_se_05_ending_needs_a_form_of_this_site(
    app: RunningApp, ada: Visitor, visit: Visit
) -> None:
    visit(app).sign_in("alpha", ADA)

    for path in (f"{DEVICES}/2/end", f"{DEVICES}/end-others"):
        assert ada.visit(path).status_code in (404, 405)
        assert ada.post(app.url + path, allow_redirects=False).status_code == 400
    assert len(app.rows("login_sessions")) == 2


# --- The limits


def test_se_03_idle(app: RunningApp, ada: Visitor, later: Later) -> None:
    later(app, days=6.9)
    assert is_in(app, ada)
    later(app, days=6.9)
    assert is_in(app, ada), "it was used in between"
    later(app, days=7.1)
    assert not is_in(app, ada)


def test_se_03_absolute(app: RunningApp, ada: Visitor, later: Later) -> None:
    """Use does not make a session last longer than its 30 days."""
    for _ in range(29):
        later(app, active=True, days=1)
        assert ada.who()
    later(app, active=True, hours=23)
    assert is_in(app, ada)
    later(app, active=True, hours=1.1)
    assert not is_in(app, ada)


def test_se_03_the_owners_limits(serve: Serve, visit: Visit, later: Later) -> None:
    app = serve(SESSION_IDLE_MINUTES="30", SESSION_MAX_DAYS="1")
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    later(app, minutes=29)
    assert is_in(app, ada)
    later(app, minutes=31)
    assert not is_in(app, ada)
    ada.sign_in("alpha", ADA)
    later(app, active=True, hours=23.9)
    assert is_in(app, ada)
    later(app, active=True, hours=0.2)
    assert not is_in(app, ada)


def test_se_03_a_page_left_open_does_not_keep_itself(
    app: RunningApp, ada: Visitor, later: Later
) -> None:
    later(app, days=8)

    assert ada.press("/account", name="X", picture="initials").headers["Location"] == "/login"
    assert app.rows("users")[0]["name"] == ADA.name


def test_last_seen_is_written_once_a_minute(app: RunningApp, ada: Visitor, later: Later) -> None:
    def seen() -> str:
        return app.rows("login_sessions")[0]["last_seen_at"]

    before = seen()
    ada.who()
    assert seen() == before
    later(app, seconds=61)
    old = seen()
    ada.who()
    assert seen() > old


# --- Dead on the server


def test_se_01_lo_02_a_saved_cookie_is_worthless_after_logout(
    app: RunningApp, ada: Visitor
) -> None:
    thief = saved_cookies(ada)
    assert is_in(app, thief)
    answer = ada.press("/logout")

    assert went_to(answer) == "/"
    assert "no-store" in answer.headers["Cache-Control"]
    assert not is_in(app, thief)
    assert not is_in(app, ada)
    assert app.rows("login_sessions") == []


def test_se_01_each_sign_in_makes_a_new_key(app: RunningApp, ada: Visitor) -> None:
    thief = saved_cookies(ada)
    old = app.rows("login_sessions")[0]["key_hash"]
    ada.sign_in("alpha", ADA)

    assert [row["key_hash"] for row in app.rows("login_sessions")] != [old]
    assert len(app.rows("login_sessions")) == 1
    assert is_in(app, ada)
    assert not is_in(app, thief)


def test_se_01_confirming_makes_a_new_key(app: RunningApp, ada: Visitor) -> None:
    thief = saved_cookies(ada)
    ada.confirm("alpha", ADA)

    assert is_in(app, ada)
    assert not is_in(app, thief)
    assert len(app.rows("login_sessions")) == 1


def test_se_01_a_cookie_from_before_the_sign_in(
    app: RunningApp, visitor: Visitor, visit: Visit
) -> None:
    """Fixation: who set the cookie beforehand is not signed in along with its owner."""
    visitor.leave("/login/alpha")
    thief = saved_cookies(visitor)
    visitor.sign_in("alpha", ADA)

    assert is_in(app, visitor)
    assert not is_in(app, thief)


def test_lo_01_logout_is_a_post_with_a_token(app: RunningApp, ada: Visitor) -> None:
    assert 'action="/logout"' in ada.visit("/logout").text, "a page with the button"
    assert ada.post(f"{app.url}/logout", allow_redirects=False).status_code == 400
    assert is_in(app, ada)


def test_lo_02_logout_of_nobody(app: RunningApp, visitor: Visitor) -> None:
    assert went_to(visitor.press("/logout")) == "/"


def test_se_06_a_disabled_user_is_out(
    app: RunningApp, ada: Visitor, visit: Visit, flask_command: object
) -> None:
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    assert flask_command(app, "users", "disable", f"alpha:{ADA.sub}").exit_code == 0

    assert not is_in(app, ada)
    assert is_in(app, grace)
    flask_command(app, "users", "enable", "1")
    assert not is_in(app, ada), "a session that was ended came back"


def test_se_06_a_row_that_says_disabled_is_enough(
    app: RunningApp, ada: Visitor, sql: object
) -> None:
    """Where an owner disables somebody in the database by hand."""
    sql(app, "UPDATE users SET disabled_at = '2026-01-01'")

    assert not is_in(app, ada)
    assert ada.press("/account", name="X", picture="initials").headers["Location"] == "/login"


def test_se_06_a_deleted_user_is_out(app: RunningApp, ada: Visitor, sql: object) -> None:
    sql(app, "DELETE FROM users")

    assert not is_in(app, ada)


def test_se_06_a_number_is_never_used_again(
    app: RunningApp, ada: Visitor, visit: Visit, sql: object
) -> None:
    sql(app, "DELETE FROM users")
    grace = visit(app)
    grace.sign_in("beta", GRACE)

    assert grace.who()["id"] == "2"
    assert not is_in(app, ada)


def test_se_15_rights_follow_at_once(app: RunningApp, ada: Visitor, flask_command: object) -> None:
    assert ada.who()["is_admin"] is False
    flask_command(app, "users", "make-admin", "1")

    assert ada.who()["is_admin"] is True


def test_se_05_the_owner_ends_sessions(
    app: RunningApp, ada: Visitor, visit: Visit, flask_command: object
) -> None:
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    done = flask_command(app, "sessions", "end", "--user", "1")

    assert "1 session(s) ended." in done.output
    assert not is_in(app, ada)
    assert is_in(app, grace)
    ada.sign_in("alpha", ADA)
    assert "2 session(s) ended." in flask_command(app, "sessions", "end", "--all").output
    assert not is_in(app, ada)
    assert not is_in(app, grace)


def test_se_05_the_owner_must_say_whose(
    app: RunningApp, ada: Visitor, flask_command: object
) -> None:
    for words in ([], ["--all", "--user", "1"], ["--user", "99"], ["--user", "alpha:nobody"]):
        assert flask_command(app, "sessions", "end", *words).exit_code != 0
    assert is_in(app, ada)


def test_cleanup(app: RunningApp, ada: Visitor, later: Later, flask_command: object) -> None:
    ada.leave("/login/alpha")
    later(app, days=8)
    assert flask_command(app, "cleanup").exit_code == 0

    assert app.rows("login_sessions") == []
    assert len(app.rows("pending_logins")) == 1
    assert len(app.rows("users")) == 1


def test_se_06_ended_while_a_request_reads_it(
    app: RunningApp, ada: Visitor, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the session and noting when it was seen: no server error."""
    from app.signin.auth import sessions

    later(app, minutes=2)
    file = app.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    real = sessions.ends_at

    def ended(row: object) -> object:
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("DELETE FROM login_sessions")
        return real(row)

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "ends_at", ended)
        assert ada.visit("/account").status_code in (200, 303)
    assert not is_in(app, ada)
