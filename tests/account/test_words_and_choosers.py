"""The provider's account chooser, a new id for a known address, and notices where one is due."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from harness.app_server import RunningApp
from harness.visitor import Visitor, error_of, text_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Later, Serve, Visit


def prompt(location: str) -> str | None:
    return parse_qs(urlsplit(location).query).get("prompt", [None])[0]


# --- The account chooser


def test_not_asked_in_an_ordinary_login(app: RunningApp, ada: Visitor, later: Later) -> None:
    for name in ("alpha", "github"):
        assert prompt(ada.leave(f"/login/{name}")) is None
    assert prompt(ada.leave("/account/reauthenticate/alpha", next="/")) != "select_account"


@pytest.mark.parametrize("name", ["alpha", "github", "google"])
def test_asked_when_connecting(ada: Visitor, name: str) -> None:
    assert prompt(ada.leave(f"/account/connections/{name}")) == "select_account"


REFUSALS: dict[str, tuple[dict[str, str], str]] = {
    "not_allowed": ({"ALLOWED_EMAIL_DOMAINS": "elsewhere.example"}, "not_allowed"),
    "closed": ({"SIGNUP": "closed"}, "signup_closed"),
    "invite": ({"SIGNUP": "invite"}, "invitation_required"),
}


@pytest.mark.parametrize("name", ["alpha", "github"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_asked_after_a_refusal(serve: Serve, visit: Visit, refusal: str, name: str) -> None:
    settings, code = REFUSALS[refusal]
    browser = visit(serve(**settings))
    person = replace(ADA, sub="1815")
    assert error_of(browser.sign_in(name, person)) == code
    # Until somebody is in: a press that leads nowhere does not count.
    for _ in range(2):
        assert prompt(browser.leave(f"/login/{name}")) == "select_account"


def test_asked_after_the_wrong_account_confirmed(ada: Visitor, visit: Visit) -> None:
    assert error_of(ada.confirm("alpha", GRACE)) == "other_account"
    location = ada.leave("/account/reauthenticate/alpha", next="/")
    assert "select_account" in (prompt(location) or "").split()
    ada.come_back(location, ADA)

    assert prompt(ada.leave("/login/alpha")) is None, "somebody came in"


def test_not_asked_after_the_providers_own_failure(app: RunningApp, visitor: Visitor) -> None:
    visitor.visit(visitor.people.cancel(visitor.leave("/login/alpha")))
    assert prompt(visitor.leave("/login/alpha")) is None
    visitor.visit("/callback/alpha?state=x&code=y")
    assert prompt(visitor.leave("/login/alpha")) is None


@pytest.mark.parametrize(
    ("listed", "expected"),
    [(None, "select_account"), (["login", "consent"], "login"), (["none"], None)],
)
def test_asked_of_a_provider_that_says_what_it_knows(
    serve: Serve, visit: Visit, provider: Any, listed: list[str] | None, expected: str | None
) -> None:
    provider.metadata = {"prompt_values_supported": listed} if listed else {}
    browser = visit(serve(SIGNUP="closed"))
    browser.sign_in("alpha", ADA)

    assert prompt(browser.leave("/login/alpha")) == expected


def test_beside_a_prompt_of_the_owner(serve: Serve, visit: Visit) -> None:
    app = serve(SIGNUP="closed", OIDC_ALPHA_AUTHORIZATION_PARAMS="prompt=consent")
    browser = visit(app)
    assert prompt(browser.leave("/login/alpha")) == "consent"
    browser.sign_in("alpha", ADA)

    assert prompt(browser.leave("/login/alpha")) == "consent select_account"


# --- A second account of one provider


def test_a_second_account_of_one_provider(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    page = ada.page("/account/connections")
    assert "Connect another Alpha account" in page
    assert "Connect Beta" in page
    second = replace(ADA, sub="second", email="ada@work.example")
    assert went_to(ada.link("alpha", second)) == "/account/connections"
    assert [(row["provider"], row["user_id"]) for row in app.rows("identities")] == [
        ("alpha", 1),
        ("alpha", 1),
    ]
    for person in (ADA, second):
        browser = visit(app)
        browser.sign_in("alpha", person)
        assert browser.who()["id"] == "1"
    ada.press("/account/connections/1/unlink")
    assert [row["sub"] for row in app.rows("identities")] == ["second"]
    assert "Connect another Alpha account" in ada.page("/account/connections")


# --- The same provider, the same address, a new sub


def test_a_new_id_at_the_same_provider(
    app: RunningApp, ada: Visitor, visit: Visit, caplog: Any
) -> None:
    browser = visit(app)
    assert went_to(browser.sign_in("alpha", replace(ADA, sub="new"))) == "/login/same-address"
    assert any("new sub" in str(vars(record)) for record in caplog.records)
    answer = browser.visit("/login/same-address")
    page = text_of(answer)

    assert "has given you a new number" in page
    assert "ask the people who run this site" in page
    assert 'action="/login/alpha"' not in answer.text
    assert "Create a separate account" in page
    assert browser.who() is None
    went_to(browser.press("/login/same-address"))
    assert browser.who()["id"] == "2"


def test_a_new_id_where_another_provider_can_confirm(
    app: RunningApp, ada: Visitor, visit: Visit
) -> None:
    ada.link("beta", ADA_AT_B)
    browser = visit(app)
    browser.sign_in("alpha", replace(ADA, sub="new"))
    answer = browser.visit("/login/same-address")
    assert 'action="/login/alpha"' not in answer.text
    assert 'action="/login/beta"' in answer.text
    browser.sign_in("beta", ADA_AT_B, held="1")

    assert browser.who()["id"] == "1"
    assert [row["sub"] for row in app.rows("identities")] == [ADA.sub, ADA_AT_B.sub, "new"]


def test_another_provider_is_offered_as_before(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    browser = visit(app)
    browser.sign_in("beta", ADA_AT_B)
    answer = browser.visit("/login/same-address")

    assert 'action="/login/alpha"' in answer.text
    assert "new number" not in text_of(answer)


# --- Notices


def test_after_signing_out(app: RunningApp, ada: Visitor) -> None:
    ada.press("/logout")
    assert "You are signed out." in ada.page("/")
    assert "You are signed out." not in ada.page("/"), "once"
    assert "signed out" not in ada.page("/login")


def test_signed_out_by_another_device(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    other = visit(app)
    other.sign_in("alpha", ADA)
    other.press("/account/sessions/end-others")
    answer = ada.visit("/account")

    assert went_to(answer) == "/login?next=/account"
    page = ada.page("/login?next=/account")
    assert "You have been signed out" in page
    assert "another device" in page


def test_a_page_that_needs_a_sign_in(app: RunningApp, visitor: Visitor) -> None:
    assert "Please sign in to see that page" in visitor.page(went_to(visitor.visit("/notes")))
    page = visitor.page("/login")
    assert "Please sign in" not in page
    assert "You have been signed out" not in page


def test_the_sign_in_page_of_somebody_who_is_signed_in(ada: Visitor) -> None:
    page = ada.page("/login?next=/notes")
    assert "You are signed in already, as Ada Lovelace" in page
    assert 'href="/notes"' in ada.visit("/login?next=/notes").text


@pytest.mark.parametrize(
    ("signup", "words"),
    [
        ("closed", "New accounts are closed"),
        ("invite", "by invitation only"),
        ("open", "Choose how to continue"),
    ],
)
def test_the_sign_in_page_says_who_may_sign_up(
    serve: Serve, visit: Visit, signup: str, words: str
) -> None:
    assert words in visit(serve(SIGNUP=signup)).page("/login")


def test_the_sign_in_page_of_somebody_invited(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    app = serve(SIGNUP="invite")
    guest = visit(app)
    link = flask_command(app, "users", "invite").output.split()[0]
    guest.visit(link)

    assert "by invitation only" not in guest.page("/login")


def test_signing_out_by_a_link(app: RunningApp, ada: Visitor, visitor: Visitor) -> None:
    page = ada.page("/logout")
    assert "Sign out?" in page
    assert "Ada Lovelace" in page
    assert ada.who(), "a link signs nobody out"
    assert "You are not signed in" in visit_text(visitor, "/logout")


def visit_text(browser: Visitor, path: str) -> str:
    return browser.page(path)


@pytest.mark.parametrize("name", ["google", "nobody"])
def test_a_provider_that_is_not_set_up(serve: Serve, visit: Visit, name: str) -> None:
    app = serve(
        GOOGLE_CLIENT_ID="", GOOGLE_CLIENT_SECRET="", GOOGLE_ISSUER="", GOOGLE_AUTH_METHOD=""
    )
    answer = visit(app).visit(f"/login/{name}")

    assert answer.status_code == 404
    assert ("is not set up" in answer.text) == (name == "google")
    assert ("/dev/setup#google" in answer.text) == (name == "google")


# --- Words of error pages


def test_a_link_that_failed(ada: Visitor, visit: Visit, app: RunningApp) -> None:
    visit(app).sign_in("beta", GRACE)
    answer = ada.link("beta", GRACE)
    assert error_of(answer) == "identity_taken"
    page = ada.visit(went_to(answer))

    assert "Not connected" in page.text
    assert "Back to your sign-ins" in page.text
    assert 'href="/account/connections"' in page.text
    assert "Back to sign-in<" not in page.text


def test_a_confirmation_that_failed(ada: Visitor) -> None:
    answer = ada.confirm("alpha", GRACE, "/account/delete")
    assert error_of(answer) == "other_account"
    page = ada.visit(went_to(answer)).text

    assert "Not confirmed" in page
    assert 'href="/account/reauthenticate?next=/account/delete"' in page


def test_a_link_that_the_provider_failed(ada: Visitor) -> None:
    """A page with a status of 5xx asks no database, and says the same."""
    from harness.counting_provider import CountingProvider

    people: CountingProvider = ada.people
    location = ada.leave("/account/connections/beta")
    callback = people.sign_in(location, replace(ADA_AT_B, claims={"aud": "somebody-else"}))
    answer = ada.visit(callback)
    assert error_of(answer) == "provider_error"
    page = ada.visit(went_to(answer)).text

    assert "Back to your sign-ins" in page
    assert "Start again from your sign-ins" in page


@pytest.mark.parametrize("purpose", ["", "login", "hold", "<b>", "x" * 500])
def test_an_error_page_for_nothing_special(visitor: Visitor, purpose: str) -> None:
    page = visitor.get(
        f"{visitor.app_url}/login/error/login_expired", params={"purpose": purpose}
    ).text

    assert "Sign-in failed" in page
    assert "Back to sign-in" in page
    assert "<b>" not in page


# --- Accounts that began with a password


def test_the_sign_ins_of_somebody_with_another_way_in(
    app: RunningApp, ada: Visitor, sql: Any
) -> None:
    """An app's own login starts sessions without an identity."""
    sql(app, "UPDATE login_sessions SET identity_id = NULL, provider = 'password', sub = NULL")
    sql(app, "UPDATE identities SET provider = 'removed'")
    page = ada.page("/account/connections")
    assert "won't be able to sign in" not in page
    sql(app, "DELETE FROM identities")
    page = ada.page("/account/connections")
    assert "won't be able to sign in" not in page
    assert "No provider is connected to this account yet" in page
    assert "Connect Alpha" in page


# --- Notes


def test_a_note_is_deleted_by_whoever_wrote_it(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    ada.press("/notes", body="of Ada")
    number = app.rows("notes")[-1]["id"]
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    before = app.rows("notes")
    assert went_to(grace.press(f"/notes/{number}/delete")) == "/notes"
    assert app.rows("notes") == before
    assert ada.post(f"{app.url}/notes/{number}/delete").status_code == 400
    assert went_to(ada.press(f"/notes/{number}/delete")) == "/notes"
    assert number not in [row["id"] for row in app.rows("notes")]
    assert ada.press(f"/notes/{10**30}/delete").status_code == 404
