"""Checks that no other test would have missed: `make mutate` found them."""

from typing import Any

import pytest
from harness.app_server import RunningApp
from harness.counting_provider import Someone
from harness.visitor import Visitor, error_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit


def test_a_login_for_an_unknown_purpose_is_refused(app: RunningApp, ada: Visitor, sql: Any) -> None:
    callback = ada.people.sign_in(ada.leave("/account/connections/beta"), ADA_AT_B)
    sql(app, "UPDATE pending_logins SET purpose = 'something'")

    assert error_of(ada.visit(callback)) == "invalid_callback"
    assert len(app.rows("identities")) == 1


def test_a_link_that_another_session_asked_for_is_refused(
    app: RunningApp, ada: Visitor, visit: Visit, sql: Any
) -> None:
    """No browser can bring that about, since a login under way ends with its session."""
    visit(app).sign_in("alpha", GRACE)
    callback = ada.people.sign_in(ada.leave("/account/connections/beta"), ADA_AT_B)
    sql(app, "UPDATE pending_logins SET session_id = 2, user_id = 2")

    assert error_of(ada.visit(callback)) == "invalid_callback"
    assert [(row["user_id"], row["provider"]) for row in app.rows("identities")] == [
        (1, "alpha"),
        (2, "alpha"),
    ]


def test_an_organization_without_a_name_is_none(serve: Serve, visit: Visit) -> None:
    app = serve(GITHUB_ALLOWED_ORGS="my-company, ,", UNRESTRICTED_PROVIDERS="google,alpha,beta")
    nameless = Someone("7", "Nobody's", orgs=("",))

    assert error_of(visit(app).sign_in("github", nameless)) == "not_allowed"


def test_a_provider_that_was_removed_cannot_confirm(
    serve: Serve, visit: Visit, sqlite_url: str
) -> None:
    ada = visit(serve(sqlite_url))
    ada.sign_in("github", ADA)
    ada.link("beta", ADA_AT_B)
    endings = ("CLIENT_ID", "CLIENT_SECRET", "BASE_URL", "API_URL")
    app = serve(sqlite_url, **{f"GITHUB_{ending}": "" for ending in endings})
    ada, somebody = visit(app), visit(app)
    ada.sign_in("beta", ADA_AT_B)
    somebody.sign_in("google", ADA)
    pages = ada.visit("/account/reauthenticate").text, somebody.visit("/login/same-address").text

    for page in pages:
        assert "/beta" in page
        assert "/github" not in page


def test_who_signed_in_with_a_provider_that_was_removed_can_sign_out(
    app: RunningApp, ada: Visitor
) -> None:
    app.app.extensions["signin"].settings.clients.pop("alpha")

    assert went_to(ada.press("/logout")) == "/"
    assert ada.who() is None


def test_a_provider_that_is_removed_while_its_identity_waits(
    app: RunningApp, visitor: Visitor, visit: Visit
) -> None:
    visit(app).sign_in("alpha", ADA)
    assert went_to(visitor.sign_in("beta", ADA_AT_B)) == "/login/same-address"
    callback = visitor.callback_url("alpha", ADA, held="1")
    app.app.extensions["signin"].settings.clients.pop("beta")

    assert went_to(visitor.visit(callback)) == "/"
    assert visitor.who()["id"] == "1"
    assert len(app.rows("identities")) == 1


def test_a_session_that_was_not_used_for_long_is_not_listed(
    app: RunningApp, ada: Visitor, visit: Visit, sql: Any
) -> None:
    visit(app).sign_in("alpha", ADA)
    assert "/account/sessions/2/end" in ada.visit("/account/sessions").text
    sql(app, "UPDATE login_sessions SET last_seen_at = '2020-01-01' WHERE id = 2")

    assert "/account/sessions/2/end" not in ada.visit("/account/sessions").text


def test_a_bug_in_a_callback_reaches_the_debugger(
    app: RunningApp, visitor: Visitor, sql: Any
) -> None:
    callback = visitor.callback_url("alpha", ADA)
    sql(app, "DROP TABLE audit_events")
    app.app.debug = True

    assert visitor.visit(callback).status_code == 500


def test_a_refusal_without_a_page_of_its_own_has_one(app: RunningApp) -> None:
    from app.signin.auth.error_pages import error_code
    from app.signin.auth.errors import IdentityError

    assert error_code(IdentityError("something")) == "not_allowed"


@pytest.mark.parametrize("theirs", [True, False])
def test_an_app_keeps_its_own_login_manager(
    app: RunningApp, theirs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.signin.auth import sessions
    from flask import Flask
    from flask_login import LoginManager

    monkeypatch.setattr(sessions, "_load_user", lambda key: f"ours: {key}")
    own, manager = Flask("own"), LoginManager()
    own.login_manager = manager
    if theirs:
        manager.user_loader(lambda key: f"theirs: {key}")
    sessions.init_app(own, app.app.extensions["signin"].settings)

    assert own.login_manager is manager
    assert manager._user_callback("7") == ("theirs: 7" if theirs else None)
    assert manager._user_callback(f"{sessions.KEY_PREFIX}7") == f"ours: {sessions.KEY_PREFIX}7"
