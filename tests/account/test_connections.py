"""The connections page: linking another sign-in, and taking one off."""

from dataclasses import replace

import pytest
import requests
from harness.app_server import RunningApp
from harness.visitor import Visitor, error_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit

CONNECTIONS = "/account/connections"


def identities(app: RunningApp) -> list[tuple[int, str, str]]:
    return [(i["user_id"], i["provider"], i["sub"]) for i in app.rows("identities")]


# --- What comes of a link: four answers, and the usual one


def test_link_a_new_sign_in(app: RunningApp, ada: Visitor) -> None:
    assert went_to(ada.link("beta", GRACE)) == CONNECTIONS

    assert "beta is connected to your account." in ada.page(CONNECTIONS).lower()
    assert identities(app) == [(1, "alpha", ADA.sub), (1, "beta", GRACE.sub)]
    assert [event["event"] for event in app.rows("audit_events")][-1] == "link"


def test_link_what_is_linked_already(app: RunningApp, ada: Visitor) -> None:
    before = identities(app)

    assert went_to(ada.link("alpha", ADA)) == CONNECTIONS
    assert "alpha is already connected to your account." in ada.page(CONNECTIONS).lower()
    assert identities(app) == before
    assert "link" not in [event["event"] for event in app.rows("audit_events")]


def test_lk_06_link_what_is_somebody_elses(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    visit(app).sign_in("beta", GRACE)
    before = app.rows("users"), identities(app)
    answer = ada.link("beta", GRACE)

    assert error_of(answer) == "identity_taken"
    page = ada.visit(went_to(answer))
    assert page.status_code == 409
    assert "belongs to another account" in page.text
    assert (app.rows("users"), identities(app)) == before
    assert ada.who()["id"] == "1"
    assert app.rows("audit_events")[-1]["reason"] == "identity_taken"


def test_link_where_another_account_has_the_same_verified_address(
    app: RunningApp, ada: Visitor, visit: Visit
) -> None:
    visit(app).sign_in("beta", GRACE)
    ada.link("github", replace(GRACE, sub="77"))

    page = ada.page(CONNECTIONS)
    assert "GitHub is connected to your account." in page
    assert "Another account here uses the same e-mail address. The accounts stay separate." in page
    assert identities(app) == [(1, "alpha", ADA.sub), (2, "beta", GRACE.sub), (1, "github", "77")]


@pytest.mark.parametrize("where", ["there", "here"])
def test_link_where_another_account_has_the_same_unverified_address(
    app: RunningApp, ada: Visitor, visit: Visit, where: str
) -> None:
    """Nothing is said of the other account: who could not prove the address learns nothing."""
    visit(app).sign_in("beta", replace(GRACE, verified=where == "here"))
    ada.link("google", replace(GRACE, sub="77", verified=where == "there"))

    page = ada.page(CONNECTIONS)
    assert "Google is connected to your account." in page
    assert "Another account" not in page
    assert identities(app)[-1] == (1, "google", "77")


# --- Who may finish a link


def test_lk_07_a_link_starts_by_a_form_of_this_site_only(app: RunningApp, ada: Visitor) -> None:
    address = f"{app.url}{CONNECTIONS}/beta"

    assert ada.get(address, allow_redirects=False).status_code in (404, 405)
    assert ada.post(address, allow_redirects=False).status_code == 400
    form = {"csrf_token": ada.csrf_token()}
    foreign = {"Origin": "https://evil.example"}
    answer = ada.post(address, data=form, headers=foreign, allow_redirects=False)
    assert answer.status_code == 400
    assert app.rows("pending_logins") == []


def test_st_15_a_link_that_another_user_finishes(app: RunningApp, ada: Visitor) -> None:
    """The same browser, but Grace has signed in with it in the meantime."""
    callback = ada.people.sign_in(ada.leave(f"{CONNECTIONS}/beta"), ADA_AT_B)
    ada.sign_in("github", replace(GRACE, sub="77"))
    ada.people.take_calls()

    assert error_of(ada.visit(callback)) in ("login_expired", "invalid_callback")
    assert ada.people.take_calls() == []
    assert identities(app) == [(1, "alpha", ADA.sub), (2, "github", "77")]
    assert ada.who()["name"] == GRACE.name


def test_st_15_a_link_that_another_session_of_the_user_finishes(
    app: RunningApp, ada: Visitor
) -> None:
    """Ada has signed in again: the session that asked for the link is over."""
    callback = ada.people.sign_in(ada.leave(f"{CONNECTIONS}/beta"), ADA_AT_B)
    ada.sign_in("alpha", ADA)
    ada.people.take_calls()

    assert error_of(ada.visit(callback)) in ("login_expired", "invalid_callback")
    assert ada.people.take_calls() == []
    assert identities(app) == [(1, "alpha", ADA.sub)]


def test_st_15_a_link_in_another_browser(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    """Ada is made to open the link that an attacker began for his own account."""
    attacker = visit(app)
    attacker.sign_in("github", replace(GRACE, sub="77"))
    callback = attacker.people.sign_in(attacker.leave(f"{CONNECTIONS}/beta"), ADA_AT_B)

    assert error_of(ada.visit(callback)) == "login_expired"
    assert identities(app) == [(1, "alpha", ADA.sub), (2, "github", "77")]
    assert ada.who()["id"] == "1"


def test_a_link_after_signing_out(app: RunningApp, ada: Visitor) -> None:
    callback = ada.people.sign_in(ada.leave(f"{CONNECTIONS}/beta"), ADA_AT_B)
    ada.press("/logout")

    assert error_of(ada.visit(callback)) == "login_expired"
    assert identities(app) == [(1, "alpha", ADA.sub)]
    assert ada.who() is None


def test_st_15_a_login_that_another_user_finishes_links_nothing(
    app: RunningApp, ada: Visitor
) -> None:
    old = requests.Session()
    old.cookies.update(ada.cookies)
    ada.sign_in("beta", GRACE)

    assert identities(app) == [(1, "alpha", ADA.sub), (2, "beta", GRACE.sub)]
    assert ada.who()["name"] == GRACE.name
    assert old.get(f"{app.url}/session").status_code == 401
    assert len(app.rows("login_sessions")) == 1


# --- Taking one off


def test_lk_12_the_only_sign_in_stays(app: RunningApp, ada: Visitor) -> None:
    assert "Your only sign-in" in ada.page(CONNECTIONS)
    ada.press(f"{CONNECTIONS}/1/unlink")

    assert "This is the only way to sign in to your account." in ada.page(CONNECTIONS)
    assert identities(app) == [(1, "alpha", ADA.sub)]


def test_unlink_one_of_two(app: RunningApp, ada: Visitor, visit: Visit) -> None:
    """The sessions that were made with it end, but for the one that asks."""
    ada.link("beta", GRACE)
    elsewhere, kept = visit(app), visit(app)
    elsewhere.sign_in("alpha", ADA)
    kept.sign_in("beta", GRACE)
    ada.press(f"{CONNECTIONS}/1/unlink")

    assert "alpha has been disconnected." in ada.page(CONNECTIONS).lower()
    assert identities(app) == [(1, "beta", GRACE.sub)]
    assert ada.who()["id"] == kept.who()["id"] == "1"
    assert elsewhere.who() is None
    assert app.rows("audit_events")[-1]["event"] == "unlink"
    # What was taken off opens no door: it is a stranger now.
    assert elsewhere.sign_in("alpha", replace(ADA, email=None)).headers["Location"] == "/"
    assert elsewhere.who()["id"] == "2"


@pytest.mark.parametrize("number", ["2", "99"])
def test_unlink_what_is_not_ones_own(
    app: RunningApp, ada: Visitor, visit: Visit, number: str
) -> None:
    visit(app).sign_in("beta", GRACE)

    assert ada.press(f"{CONNECTIONS}/{number}/unlink").status_code == 404
    assert len(identities(app)) == 2


def test_lk_12_what_is_not_set_up_any_more_is_no_way_in(
    serve: Serve, visit: Visit, sqlite_url: str, provider: object
) -> None:
    """CF-10: the other sign-in is at a provider that the owner has removed."""
    app = serve(sqlite_url)
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    ada.link("beta", GRACE)
    removed = {f"OIDC_BETA_{ending}": "" for ending in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
    app = serve(sqlite_url, **removed, OIDC_BETA_AUTH_METHOD="")
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    page = ada.page(CONNECTIONS)

    assert "No longer available" in page
    assert "Your only sign-in" in page
    ada.press(f"{CONNECTIONS}/1/unlink")
    assert "This is the only way to sign in to your account." in ada.page(CONNECTIONS)
    ada.press(f"{CONNECTIONS}/2/unlink")
    assert identities(app) == [(1, "alpha", ADA.sub)]


def test_lk_12_what_leads_to_another_server_is_no_way_in(
    serve: Serve, visit: Visit, sqlite_url: str
) -> None:
    """The setting of `beta` names another server now: its old sign-ins are refused."""
    app = serve(sqlite_url)
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    ada.link("beta", GRACE)
    app = serve(sqlite_url, OIDC_BETA_ISSUER="https://elsewhere.example")
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    ada.press(f"{CONNECTIONS}/1/unlink")

    assert "This is the only way to sign in to your account." in ada.page(CONNECTIONS)
    assert len(identities(app)) == 2


def test_lk_17_subjects_that_look_alike_are_different_people(
    serve: Serve, visit: Visit, each_database: str
) -> None:
    app = serve(each_database)
    alike = ("Abc", "abc", "abc ", "\u00e9", "e\u0301", "\uff41bc")
    for sub in alike:
        visit(app).sign_in("alpha", replace(ADA, sub=sub, email=None))

    assert [sub for _, _, sub in identities(app)] == list(alike)
    assert len({user for user, _, _ in identities(app)}) == len(alike)
