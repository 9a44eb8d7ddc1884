"""The pages for administrators: who sees them, what they show, what can be done."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.db import db
from app.models import User
from app.signin.database import now
from app.signin.models import ApiToken, AuditEvent, Invitation, LoginSession
from app.tables import page as table_page

PAGES = ("/admin/", "/admin/users/1", "/admin/events", "/admin/invitations", "/admin/tokens")
POSTED = ("/admin/users/1", "/admin/invitations")


def person(app, number=2):
    with app.app_context():
        return db.session.get(User, number)


def newest_event(app):
    with app.app_context():
        return db.session.scalar(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1))


def long_ago(app):
    """Let every sign-in be an hour old."""
    with app.app_context():
        db.session.execute(update(LoginSession).values(authenticated_at=now() - timedelta(hours=1)))
        db.session.commit()


# --- Who sees them


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_learns_that_there_is_a_page(app, admin, grace, path):
    assert admin.get(path).status_code == 200
    assert grace.get(path).status_code == 404
    assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("path", POSTED)
def test_nobody_else_can_post(app, admin, grace, path):
    for browser in (grace, app.test_client()):
        assert browser.post(path).status_code == 404
        assert browser.press(path, action="make_admin", days="1").status_code == 404
    assert not person(app).is_admin
    assert admin.post(path, data={"action": "disable", "days": "1"}).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_no_other_method_tells_of_a_page(app, admin, grace, method):
    for browser in (grace, app.test_client()):
        for path in (*PAGES, "/admin", "/admin/nothing"):
            answer = browser.open(path, method=method)
            assert (path, answer.status_code) == (path, 404)
            assert "Allow" not in answer.headers
            if method == "POST":
                assert browser.press(path).status_code == 404
    assert grace.get("/admin").status_code == 404
    assert admin.get("/admin").status_code == 200


def test_only_administrators_see_the_link(app, admin, grace):
    assert 'href="/admin/"' in admin.get("/").text
    assert "/admin/" not in grace.get("/").text
    assert "/admin/" not in app.test_client().get("/").text


def test_rights_that_were_taken_end_at_once(app, admin, grace):
    app.test_cli_runner().invoke(args=["users", "make-admin", "2"])
    assert grace.get("/admin/").status_code == 200
    app.test_cli_runner().invoke(args=["users", "remove-admin", "2"])
    assert grace.get("/admin/").status_code == 404


# --- What they show


def test_people_are_found(admin, grace):
    def names(query):
        return re.findall(r'<a href="/admin/users/\d">(\w+) ', admin.get(f"/admin/?{query}").text)

    assert names("") == ["Grace", "Ada"]
    assert names("search=ADA") == ["Ada"]
    assert names("sort=name") == ["Ada", "Grace"]
    assert names("number=2") == ["Grace"]
    assert names("number=x") == names(f"number={'9' * 90}") == []
    assert names("admin=yes") == ["Ada"]
    assert names("state=disabled") == []
    assert names("email=ada@example.com") == ["Ada"]


def test_a_whole_address_or_number_finds_a_person_beyond_the_window(admin, grace, monkeypatch):
    monkeypatch.setattr(table_page, "WINDOW", 1)

    def names(query):
        return re.findall(r'<a href="/admin/users/\d">(\w+) ', admin.get(f"/admin/?{query}").text)

    assert names("") == ["Grace"]
    assert names("search=ada@example.com") == ["Ada"]
    assert names("search=1") == ["Ada"]
    assert names("search=1&state=active") == ["Ada"]
    assert names("search=1&state=disabled") == []
    assert names("search=adas") == []
    assert "Ada" in admin.get("/admin/?search=ada@example.com&format=csv").text
    assert names("sort=created_at") == ["Ada"]


def test_a_person_has_a_page(admin, grace):
    page = admin.get("/admin/users/2").text

    assert "Grace" in page
    assert "fake:" in page
    assert "Signed in with Fake" in page
    assert "Sign up" in page
    assert admin.get("/admin/users/999").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_three_statements(admin, grace, statements, path):
    with statements() as seen:
        admin.get(path)

    assert len(seen) <= 3


def test_events_are_found(admin, grace):
    assert "sign_up" in admin.get("/admin/events").text
    assert "sign_up" not in re.sub("value=.*", "", admin.get("/admin/events?event=link").text)
    rows = admin.get("/admin/events?user=2&format=csv").text.splitlines()
    assert len(rows) == 2


def test_a_token_is_never_shown(app, admin):
    with app.app_context():
        row = ApiToken(user_id=1, kind="personal", name="backup", prefix="app_pat_abc", scope="x")
        row.token_hash, row.expires_at = "f" * 64, now()
        db.session.add(row)
        db.session.commit()
    shown = admin.get("/admin/tokens").text + admin.get("/admin/tokens?format=csv").text

    assert "app_pat_abc" in shown
    assert "f" * 64 not in shown


def test_without_the_option_there_are_no_tokens(app, admin):
    del app.blueprints["tokens"]

    assert admin.get("/admin/tokens").status_code == 404
    assert "/admin/tokens" not in admin.get("/admin/").text


# --- What can be done


def test_an_account_is_disabled_and_enabled(app, admin, grace):
    answer = admin.press("/admin/users/2", action="disable")
    assert (answer.status_code, answer.location) == (303, "/admin/users/2")
    assert person(app).disabled_at
    assert grace.user() is None
    event = newest_event(app)
    assert (event.event, event.user_id, event.actor) == ("disable", 2, "administrator 1")
    admin.press("/admin/users/2", action="enable")
    assert person(app).disabled_at is None
    assert newest_event(app).event == "enable"


def test_rights_are_given_and_taken(app, admin, grace):
    admin.press("/admin/users/2", action="make_admin")
    assert person(app).is_admin
    assert newest_event(app).event == "make_admin"
    admin.press("/admin/users/2", action="remove_admin")
    assert not person(app).is_admin
    assert newest_event(app).actor == "administrator 1"


def test_sessions_are_ended(app, admin, grace):
    admin.press("/admin/users/2", action="end_sessions")

    assert grace.user() is None
    assert newest_event(app).event == "end_sessions"


def test_an_unknown_action_or_person_does_nothing(app, admin):
    assert admin.press("/admin/users/1", action="delete").status_code == 400
    assert admin.press("/admin/users/999", action="disable").status_code == 404
    assert newest_event(app).event == "sign_up"


@pytest.mark.parametrize("action", ["remove_admin", "disable"])
def test_the_last_administrator_stays(app, admin, grace, action):
    page = admin.get(admin.press("/admin/users/1", action=action).location).text
    assert "last administrator" in page
    # A disabled one does not count.
    admin.press("/admin/users/2", action="make_admin")
    admin.press("/admin/users/2", action="disable")
    admin.press("/admin/users/1", action=action)

    assert person(app, 1).is_admin
    assert person(app, 1).disabled_at is None
    admin.press("/admin/users/2", action="enable")
    admin.press("/admin/users/1", action=action)
    assert admin.get("/admin/").status_code == 404


def test_actions_ask_for_a_recent_sign_in(app, admin, grace):
    long_ago(app)
    answer = admin.press("/admin/users/2", action="disable")

    assert answer.location == "/account/reauthenticate?next=/admin/users/2"
    assert person(app).disabled_at is None
    answer = admin.press("/admin/invitations", days="7")
    assert answer.location.startswith("/account/reauthenticate")


# --- Invitations


def test_an_invitation_is_made_and_withdrawn(app, admin):
    page = admin.press("/admin/invitations", note="For Lin", days="3").text
    found = re.search(r"<code>(http\S+/invite/\S+)</code>", page)
    assert found
    assert newest_event(app).event == "invite"
    assert found[1] not in admin.get("/admin/invitations").text
    assert "For Lin" in admin.get("/admin/invitations?state=open").text
    admin.press("/admin/invitations", withdraw="1")
    assert "For Lin" not in admin.get("/admin/invitations?state=open").text
    assert (newest_event(app).event, newest_event(app).actor) == (
        "revoke_invitation",
        "administrator 1",
    )
    admin.press("/admin/invitations", withdraw="1")
    assert "Nothing to withdraw" in admin.get("/admin/invitations").text


@pytest.mark.parametrize("days", ["0", "366", "x", "", "9" * 30])
def test_a_wrong_invitation_is_told(app, admin, days):
    assert "field-invalid" in admin.press("/admin/invitations", days=days).text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0


@pytest.mark.parametrize("number", ["x", "-1", "99", "9" * 30, "²"])
def test_an_unknown_invitation_is_not_withdrawn(admin, number):
    assert admin.press("/admin/invitations", withdraw=number).status_code == 404
