"""Nothing of the practice provider is alive in production."""

from dataclasses import replace
from typing import Any

from harness.app_server import RunningApp
from harness.visitor import Visitor, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit


def as_production(app: RunningApp) -> None:
    """Let everything that asks be told that this is production; cookies and addresses stay."""
    app.app.config["SIGNIN_DEVELOPMENT"] = False
    state = app.app.extensions["signin"]
    clients = {n: c for n, c in state.settings.clients.items() if not n.startswith("practice")}
    changed = replace(
        state.settings, app_env="production", practice_provider=False, clients=clients
    )
    app.app.extensions["signin"] = replace(state, settings=changed)


def practised(app: RunningApp, sql: Any) -> None:
    """Let the first user's identity and sessions be the practice provider's."""
    sql(app, "UPDATE identities SET provider = 'practice' WHERE user_id = 1")
    sql(app, "UPDATE login_sessions SET provider = 'practice' WHERE user_id = 1")


def test_a_session_of_the_practice_provider_is_refused(
    app: RunningApp, ada: Visitor, visit: Visit, sql: Any
) -> None:
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    practised(app, sql)
    assert ada.who(), "in development it works"
    as_production(app)

    assert ada.who() is None
    assert ada.visit("/account").status_code == 303
    assert grace.who(), "others are not touched"


def test_an_address_that_the_practice_provider_verified_leads_to_nobody(
    serve: Serve, visit: Visit, sql: Any
) -> None:
    app = serve(LINK_BY_EMAIL="verified")
    visit(app).sign_in("alpha", ADA)
    practised(app, sql)
    as_production(app)

    real = visit(app)
    assert went_to(real.sign_in("beta", ADA_AT_B)) == "/"
    assert [(row["user_id"], row["provider"]) for row in app.rows("identities")] == [
        (1, "practice"),
        (2, "beta"),
    ]


def test_an_identity_of_the_practice_provider_is_no_way_in(
    serve: Serve, visit: Visit, sql: Any
) -> None:
    """Neither as the last sign-in that remains, nor to prove anything."""
    app = serve(PRACTICE_PROVIDER="off")
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    ada.link("beta", ADA_AT_B)
    sql(app, "UPDATE identities SET provider = 'practice' WHERE provider = 'alpha'")
    sql(app, "UPDATE login_sessions SET provider = 'beta'")
    as_production(app)

    refused = ada.press("/account/connections/2/unlink")
    assert refused.status_code == 303
    assert len(app.rows("identities")) == 2
    for path in ("/login", "/account/connections", "/account/reauthenticate"):
        assert ada.press(f"{path}/practice").status_code == 404
    for path in ("/callback/practice", "/login/practice"):
        assert ada.visit(path).status_code == 404


def test_operators_are_told(app: RunningApp, ada: Visitor, sql: Any, flask_command: Any) -> None:
    practised(app, sql)
    assert ada.visit("/readyz").status_code == 200
    as_production(app)

    assert ada.visit("/readyz").status_code == 503
    told = "practice identities are in the database: run flask users delete --practice"
    done = flask_command(app, "doctor")
    assert f"FAIL  database and migrations: {told}" in done.output
    assert done.exit_code == 1


def test_a_command_deletes_who_only_practised(
    app: RunningApp, ada: Visitor, visit: Visit, sql: Any, flask_command: Any
) -> None:
    both = visit(app)
    both.sign_in("beta", GRACE)
    both.link("alpha", GRACE)
    practised(app, sql)
    sql(app, "UPDATE identities SET provider = 'practice-github' WHERE id = 3")

    done = flask_command(app, "users", "delete", "--practice")

    assert "1 user(s) deleted" in done.output
    assert [row["id"] for row in app.rows("users")] == [2]
    assert [row["provider"] for row in app.rows("identities")] == ["beta"]
    assert ada.who() is None
    assert both.who()


def test_a_command_deletes_one_user(app: RunningApp, ada: Visitor, flask_command: Any) -> None:
    assert flask_command(app, "users", "delete").exit_code == 2
    assert flask_command(app, "users", "delete", "99").exit_code == 1
    assert "1 user(s) deleted" in flask_command(app, "users", "delete", f"alpha:{ADA.sub}").output
    assert app.rows("users") == app.rows("identities") == app.rows("notes") == []
    [event] = [row for row in app.rows("audit_events") if row["event"] == "delete_account"]
    assert event["actor"] == "command line: user 1"
