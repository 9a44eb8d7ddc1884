"""What a reading of the code found broken, one test for each."""

from dataclasses import replace
from typing import Any

import pytest
from harness.app_server import RunningApp
from harness.counting_provider import CountingProvider
from harness.visitor import Visitor, error_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit
from .test_linking_policy import SAME_ADDRESS, owners
from .test_provider_logout import offered


def events(app: RunningApp, name: str) -> list[dict[str, Any]]:
    return [row for row in app.rows("audit_events") if row["event"] == name]


def test_an_address_that_becomes_verified_is_shown_as_verified(
    app: RunningApp, visit: Visit
) -> None:
    person = visit(app)
    person.sign_in("alpha", replace(ADA, verified=False))
    assert person.who()["email_verified"] is False
    person.sign_in("alpha", ADA)

    assert person.who()["email_verified"] is True


def test_linking_by_address_is_a_sign_in_like_any_other(serve: Serve, visit: Visit) -> None:
    """It is recorded, and it makes administrators."""
    app = serve(LINK_BY_EMAIL="verified", ADMINS=f"beta:{ADA_AT_B.sub}")
    visit(app).sign_in("alpha", ADA)
    second = visit(app)
    second.sign_in("beta", ADA_AT_B)

    assert owners(app)[f"beta:{ADA_AT_B.sub}"] == 1
    assert [row["provider"] for row in events(app, "link")] == ["beta"]
    assert [row["provider"] for row in events(app, "sign_in")] == ["beta"]
    assert second.who()["is_admin"] is True


def test_a_view_that_looks_who_is_there_commits_nothing_of_its_own(
    app: RunningApp, ada: Visitor, later: Any
) -> None:
    from app.db import db
    from app.home.models import Note
    from app.signin.auth import sessions

    def half() -> str:
        db.session.add(Note(user_id=1, body="half done"))
        assert sessions.current()
        db.session.rollback()
        return "done"

    app.app._got_first_request = False
    app.app.add_url_rule("/half", "half", half)
    later(app, minutes=2)
    before = app.rows("notes")
    assert ada.visit("/half").text == "done"

    assert app.rows("notes") == before


def test_the_session_is_there_in_the_request_that_starts_it(app: RunningApp, ada: Visitor) -> None:
    from app.db import db
    from app.signin.auth import sessions
    from app.signin.models import Identity

    def view() -> str:
        identity = db.session.get_one(Identity, 1)
        key = sessions.start(identity, None)
        db.session.commit()
        sessions.set_cookie(key, identity.provider)
        this = sessions.current()
        return f"{this.user_id if this else None} {sessions.user().name}"

    app.app._got_first_request = False
    app.app.add_url_rule("/by-hand", "by_hand", view)

    assert ada.visit("/by-hand").text == f"1 {ADA.name}"
    assert ada.who()["id"] == "1"


def test_the_identity_that_waits_is_the_one_that_was_shown(
    app: RunningApp, visit: Visit, provider: CountingProvider
) -> None:
    """Two tabs: the second replaces what waits, so the first connects nothing."""
    visit(app).sign_in("alpha", ADA)
    person = visit(app)
    assert went_to(person.sign_in("beta", ADA_AT_B)) == SAME_ADDRESS
    location = person.leave("/login/alpha", held="1")
    assert went_to(person.sign_in("google", replace(ADA, sub="g-1"))) == SAME_ADDRESS
    assert went_to(person.come_back(location, ADA)) == "/"

    assert owners(app) == {f"alpha:{ADA.sub}": 1}
    person.press("/logout")
    assert person.visit(SAME_ADDRESS).status_code in (200, 303)
    assert [row["provider"] for row in app.rows("pending_logins") if row["purpose"] == "hold"] == [
        "google"
    ]


def test_a_separate_account_is_offered_the_provider_logout_too(
    app: RunningApp, visit: Visit, provider: CountingProvider
) -> None:
    provider.metadata = {"end_session_endpoint": f"{provider.url}/end"}
    visit(app).sign_in("alpha", ADA)
    person = visit(app)
    person.sign_in("beta", ADA_AT_B)
    assert went_to(person.press(SAME_ADDRESS)) == "/"
    person.press("/logout")

    assert offered(person)


def test_an_invitation_whose_row_is_gone_stops_nobody(
    serve: Serve, visit: Visit, sql: Any, flask_command: Any
) -> None:
    app = serve(SIGNUP="invite")
    link = flask_command(app, "users", "invite").output.split()[0]
    person = visit(app)
    person.visit(link.replace("http://localhost:8000", app.url))
    sql(app, "DELETE FROM invitations")

    assert error_of(person.sign_in("alpha", ADA)) == "invitation_required"


def test_what_the_owner_does_at_the_command_line_is_recorded(
    app: RunningApp, ada: Visitor, flask_command: Any
) -> None:
    flask_command(app, "users", "invite")
    flask_command(app, "users", "make-admin", "1")
    flask_command(app, "sessions", "end", "--user", "1")

    for name in ("invite", "make_admin", "end_sessions"):
        assert [row["actor"] for row in events(app, name)] == ["command line"], name
    assert ada.who() is None


def test_cleanup_keeps_what_has_just_expired(
    app: RunningApp, visitor: Visitor, sql: Any, flask_command: Any
) -> None:
    """Whoever comes back late is told so."""
    callback = visitor.callback_url("alpha", ADA)
    from app.signin.database import now

    sql(app, "UPDATE pending_logins SET expires_at = :at", at=str(now().replace(tzinfo=None)))
    flask_command(app, "cleanup")
    assert len(app.rows("pending_logins")) == 1
    visitor.visit(callback)
    reasons = [record.fields["reason"] for record in app.log if record.name == "app.audit"]
    assert reasons == ["expired_state"]


def test_an_unknown_purpose_signs_nobody_in(app: RunningApp, visitor: Visitor, sql: Any) -> None:
    callback = visitor.callback_url("alpha", ADA)
    sql(app, "UPDATE pending_logins SET purpose = 'something else'")

    assert error_of(visitor.visit(callback)) == "invalid_callback"
    assert app.rows("users") == []


@pytest.mark.parametrize("before", ["https://twitter.com", "https://x.com"])
def test_an_identity_made_under_a_former_name_of_the_issuer_still_signs_in(
    app: RunningApp, visit: Visit, sql: Any, before: str
) -> None:
    """twitter.com became x.com: nobody lost an account by it."""
    from app.signin.providers import load

    [x] = load("x")
    state = app.app.extensions["signin"]
    alpha = state.settings.clients["alpha"]
    issuer = alpha.provider.issuer
    clients = dict(state.settings.clients)
    clients["alpha"] = replace(
        alpha,
        provider=replace(
            alpha.provider, identity_issuer=x.identity_issuer, former_issuers=x.former_issuers
        ),
    )
    settings = replace(state.settings, clients=clients)
    app.app.extensions["signin"] = type(state)(settings, state.flow, state.on_first_sign_in)
    person = visit(app)
    person.sign_in("alpha", ADA)
    sql(app, "UPDATE identities SET issuer = :issuer", issuer=before)

    assert went_to(visit(app).sign_in("alpha", ADA)) == "/"
    assert app.rows("identities")[0]["issuer"] == x.identity_issuer
    sql(app, "UPDATE identities SET issuer = :issuer", issuer=issuer)
    assert error_of(visit(app).sign_in("alpha", ADA)) == "provider_moved"


def test_an_empty_scope_is_not_sent(serve: Serve, visit: Visit, provider: CountingProvider) -> None:
    """RFC 6749 §3.3: a scope has at least one word."""
    app = serve(
        OAUTH_PLAIN_AUTHORIZATION_ENDPOINT=f"{provider.url}/plain/authorize",
        OAUTH_PLAIN_TOKEN_ENDPOINT=f"{provider.url}/plain/token",
        OAUTH_PLAIN_USERINFO_ENDPOINT=f"{provider.url}/plain/userinfo",
        OAUTH_PLAIN_CLIENT_ID="x",
        OAUTH_PLAIN_CLIENT_SECRET="y",
    )
    assert "scope=" not in visit(app).leave("/login/plain")


@pytest.mark.parametrize("label", ["{tenantid}", "{b}", "{", "%s"])
def test_a_label_is_text(serve: Serve, visit: Visit, label: str) -> None:
    app = serve(OIDC_ALPHA_LABEL=label)

    assert f"Continue with {label}" in visit(app).page("/login")


def test_a_member_of_more_than_a_hundred_organizations(
    serve: Serve, visit: Visit, provider: CountingProvider
) -> None:
    app = serve(GITHUB_ALLOWED_ORGS="org-250", UNRESTRICTED_PROVIDERS="google,alpha,beta")
    person = replace(GRACE, orgs=tuple(f"org-{n}" for n in range(251)))

    assert went_to(visit(app).sign_in("github", person)) == "/"
    stranger = replace(ADA, orgs=tuple(f"org-{n}" for n in range(250)))
    assert error_of(visit(app).sign_in("github", stranger)) == "not_allowed"
