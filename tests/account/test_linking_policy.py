"""The same e-mail address at another provider: the table of docs/linking.md, row by row."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from harness.app_server import TEMPLATE, RunningApp
from harness.counting_provider import CountingProvider
from harness.visitor import Visitor, error_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "linking.md"
SAME_ADDRESS = "/login/same-address"
CONNECTIONS = "/account/connections"


def read_rows() -> list[tuple[str, ...]]:
    lines = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|")]
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == [
        "address there",
        "account here",
        "signed in as",
        "button",
        "LINK_BY_EMAIL",
        "what happens",
    ]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


ROWS = read_rows()


def owners(app: RunningApp) -> dict[str, int]:
    """Return whose each sign-in is."""
    return {f"{i['provider']}:{i['sub']}": i["user_id"] for i in app.rows("identities")}


def test_the_table_is_complete() -> None:
    assert len(set(ROWS)) == len(ROWS) == 29
    asked = {row[:5] for row in ROWS}
    for there in ("verified", "unverified"):
        for here in ("verified", "unverified"):
            for setting in ("never", "verified"):
                assert (there, here, "nobody", "sign in", setting) in asked


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:5]).replace(" ", "-") for row in ROWS])
def test_lk_01_lk_02_lk_05(serve: Serve, visit: Visit, sql: object, row: tuple[str, ...]) -> None:
    there, here, signed_in, button, setting, expected = row
    app = serve(LINK_BY_EMAIL=setting)
    ada = visit(app)
    ada.sign_in("alpha", replace(ADA, verified=here.startswith("verified")))
    if here.endswith("two accounts"):
        second = visit(app)
        second.sign_in("github", replace(ADA, verified=False))
        second.confirm("github", ADA)
        assert owners(app)[f"github:{ADA.sub}"] == 2
    if here.endswith("disabled"):
        sql(app, "UPDATE users SET disabled_at = '2026-01-01' WHERE id = 1")
    browser = {"nobody": visit(app), "that account": ada, "another account": visit(app)}[signed_in]
    if signed_in == "another account":
        browser.sign_in("google", GRACE)
    users, known = app.rows("users"), owners(app)
    me = browser.who()
    new = replace(ADA_AT_B, verified=there == "verified")
    new = replace(new, email=None) if there == "none" else new
    answer = browser.link("beta", new) if button == "connect" else browser.sign_in("beta", new)
    owner = owners(app).pop(f"beta:{new.sub}", None)
    old_rows = app.rows("users")[: len(users)]

    match expected:
        case "asks":
            assert went_to(answer) == SAME_ADDRESS
            assert owner is None
            assert app.rows("users") == users
            assert browser.who() == me
            assert "You already have an account" in browser.page(SAME_ADDRESS)
        case "joins":
            assert went_to(answer) == "/"
            assert owner == 1
            assert browser.who()["id"] == "1"
            assert len(app.rows("users")) == len(users)
        case "separate":
            assert went_to(answer) == "/"
            assert owner == len(users) + 1
            assert old_rows == users
            found = browser.who()
            assert found["id"] == str(owner)
            assert found["email_verified"] is (there == "verified")
            assert "already have an account" not in browser.page("/")
        case "connects" | "connects and tells":
            assert went_to(answer) == CONNECTIONS
            assert str(owner) == me["id"]
            assert app.rows("users") == users
            told = "Another account here uses the same e-mail" in browser.page(CONNECTIONS)
            assert told == (expected == "connects and tells")
        case _:
            raise AssertionError(f"docs/linking.md says {expected!r}")
    assert known.items() <= owners(app).items()


def test_a_new_sub_of_the_same_provider_does_not_join(serve: Serve, visit: Visit) -> None:
    """The provider may have given the address to somebody else."""
    app = serve(LINK_BY_EMAIL="verified")
    visit(app).sign_in("alpha", ADA)
    newcomer = visit(app)
    assert went_to(newcomer.sign_in("alpha", replace(ADA, sub="another"))) == SAME_ADDRESS
    assert owners(app) == {f"alpha:{ADA.sub}": 1}
    assert newcomer.who() is None
    assert went_to(newcomer.sign_in("beta", ADA_AT_B)) == "/", "another provider still joins"
    assert owners(app)[f"beta:{ADA_AT_B.sub}"] == 1


def test_trust_in_addresses_is_taken_back(serve: Serve, visit: Visit, sql: object) -> None:
    """The statements of the app's docs/linking.md."""
    app = serve(LINK_BY_EMAIL="verified")
    visit(app).sign_in("alpha", ADA)
    page = (TEMPLATE / "docs" / "linking.md").read_text()
    for statement in re.findall(r"```sql\n(.*?)```", page, re.DOTALL)[0].split(";")[:2]:
        sql(app, statement.replace("'company'", "'alpha'"))
    other = visit(app)
    other.sign_in("beta", ADA_AT_B)
    assert other.who()["id"] == "2"
    assert app.rows("users")[0]["email_verified"] in (False, 0)


# --- The page that asks


@pytest.fixture
def asked(app: RunningApp, ada: Visitor, visit: Visit) -> Visitor:
    """A new browser, before the page: Ada comes with another provider than usual."""
    browser = visit(app)
    assert went_to(browser.sign_in("beta", ADA_AT_B, next="/notes")) == SAME_ADDRESS
    return browser


def go_on(browser: Visitor, provider: str, person: object) -> object:
    """Press "Continue with …" on the page and sign in there."""
    html = browser.visit(SAME_ADDRESS).text
    form = re.search(rf'action="/login/{provider}">(.*?)</form>', html, re.DOTALL)
    assert form, html
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form[1]))
    del fields["csrf_token"]
    return browser.come_back(browser.leave(f"/login/{provider}", **fields), person)


def test_lk_02_the_page_names_what_is_known(asked: Visitor) -> None:
    page = asked.page(SAME_ADDRESS)

    assert "An account with ada@example.com already exists and uses Alpha to sign in." in page
    assert "Continue with Alpha to connect Beta to that account." in page
    assert "Continue with GitHub" not in page
    assert "Create a separate account" in page


def test_lk_02_continue_and_connect(app: RunningApp, asked: Visitor) -> None:
    assert went_to(go_on(asked, "alpha", ADA)) == "/notes"

    assert asked.who()["id"] == "1"
    assert owners(app) == {f"alpha:{ADA.sub}": 1, f"beta:{ADA_AT_B.sub}": 1}
    assert "Beta is now connected to your account." in asked.page("/notes")
    # The page has done its work.
    assert went_to(asked.visit(SAME_ADDRESS)) == "/login"
    asked.press("/logout")
    assert went_to(asked.sign_in("beta", ADA_AT_B)) == "/"
    assert asked.who()["id"] == "1"


def test_lk_02_make_a_separate_account(app: RunningApp, asked: Visitor) -> None:
    assert went_to(asked.press(SAME_ADDRESS)) == "/notes"

    assert asked.who()["id"] == "2"
    assert owners(app) == {f"alpha:{ADA.sub}": 1, f"beta:{ADA_AT_B.sub}": 2}
    assert went_to(asked.press(SAME_ADDRESS)) == "/login"
    assert len(app.rows("users")) == 2


def test_lk_02_a_separate_account_that_was_made_elsewhere(
    app: RunningApp, asked: Visitor, visit: Visit
) -> None:
    """The same person waits in two browsers, and makes the account in both."""
    other = visit(app)
    other.sign_in("beta", ADA_AT_B)
    other.press(SAME_ADDRESS)

    assert went_to(asked.press(SAME_ADDRESS)) == "/notes"
    assert asked.who() == other.who()
    assert len(app.rows("users")) == 2


def test_lk_02_nothing_is_connected_before_that_sign_in(app: RunningApp, asked: Visitor) -> None:
    """Cancelled at the provider, and tried once more."""
    location = asked.leave("/login/alpha", held="1", next="/notes")
    asked.visit(asked.people.cancel(location))

    assert owners(app) == {f"alpha:{ADA.sub}": 1}
    assert asked.who() is None
    go_on(asked, "alpha", ADA)
    assert owners(app)[f"beta:{ADA_AT_B.sub}"] == 1


def test_lk_02_an_ordinary_sign_in_does_not_connect(app: RunningApp, asked: Visitor) -> None:
    """Only the page's own button says that the two are to be connected."""
    asked.sign_in("alpha", ADA)

    assert asked.who()["id"] == "1"
    assert f"beta:{ADA_AT_B.sub}" not in owners(app)


def test_lk_02_signing_in_to_another_account_does_not_connect(
    app: RunningApp, asked: Visitor
) -> None:
    go_on(asked, "alpha", GRACE)

    assert asked.who()["name"] == GRACE.name
    assert "because this account has a different e-mail address" in asked.page("/notes")
    assert f"beta:{ADA_AT_B.sub}" not in owners(app)


def test_lk_02_the_waiting_sign_in_is_taken_meanwhile(
    app: RunningApp, asked: Visitor, visit: Visit
) -> None:
    other = visit(app)
    other.sign_in("google", GRACE)
    location = asked.leave("/login/alpha", held="1")
    other.link("beta", ADA_AT_B)

    assert went_to(asked.come_back(location, ADA)) == "/"
    assert asked.who()["id"] == "1"
    assert "was not connected: it is already connected to another account" in asked.page("/")
    assert owners(app)[f"beta:{ADA_AT_B.sub}"] == 2


def test_lk_02_it_waits_in_this_browser_only(app: RunningApp, asked: Visitor, visit: Visit) -> None:
    other = visit(app)

    assert went_to(other.visit(SAME_ADDRESS)) == "/login"
    assert went_to(other.press(SAME_ADDRESS)) == "/login"
    other.sign_in("alpha", ADA, held="1")
    assert owners(app) == {f"alpha:{ADA.sub}": 1}
    assert asked.visit(SAME_ADDRESS).status_code == 200


def test_lk_02_it_waits_ten_minutes(app: RunningApp, asked: Visitor, sql: object) -> None:
    sql(app, "UPDATE pending_logins SET expires_at = '2026-01-01' WHERE purpose = 'hold'")

    assert went_to(asked.visit(SAME_ADDRESS)) == "/login"
    answer = asked.press(SAME_ADDRESS)
    assert went_to(answer) == "/login"
    assert "This page has expired." in asked.page("/login")
    assert owners(app) == {f"alpha:{ADA.sub}": 1}


def test_lk_02_it_waits_ten_minutes_for_the_other_sign_in_too(
    app: RunningApp, asked: Visitor, sql: object
) -> None:
    location = asked.leave("/login/alpha", held="1")
    sql(app, "UPDATE pending_logins SET expires_at = '2026-01-01' WHERE purpose = 'hold'")
    asked.come_back(location, ADA)

    assert asked.who()["id"] == "1"
    assert owners(app) == {f"alpha:{ADA.sub}": 1}


def test_lk_07_the_page_has_a_form_of_this_site(app: RunningApp, asked: Visitor) -> None:
    answer = asked.post(app.url + SAME_ADDRESS, allow_redirects=False)

    assert answer.status_code == 400
    assert owners(app) == {f"alpha:{ADA.sub}": 1}


def test_lk_22_the_page_where_sign_up_is_closed(serve: Serve, visit: Visit, sql: object) -> None:
    app = serve(SIGNUP="closed")
    sql(
        app,
        "INSERT INTO users (id, email, email_verified, name_edited, picture_edited, is_admin,"
        " created_at) VALUES (1, 'ada@example.com', true, false, false, false, '2026-01-01')",
    )
    sql(
        app,
        "INSERT INTO identities (user_id, provider, sub, issuer, email, email_verified, created_at,"
        " last_used_at) VALUES (1, 'alpha', '1815', :issuer, 'ada@example.com', true, '2026-01-01',"
        " '2026-01-01')",
        issuer=visit(app).people.url,
    )
    browser = visit(app)
    browser.sign_in("beta", ADA_AT_B)

    assert "Create a separate account" not in browser.page(SAME_ADDRESS)
    go_on(browser, "alpha", ADA)
    assert owners(app)[f"beta:{ADA_AT_B.sub}"] == 1
    other = visit(app)
    token = "an-invitation"
    sql(
        app,
        "INSERT INTO invitations (token_hash, created_at, expires_at)"
        " VALUES (:hash, '2026-01-01', '2100-01-01')",
        hash=hashlib.sha256(token.encode()).hexdigest(),
    )
    other.visit(f"/invite/{token}")
    other.sign_in("github", replace(ADA, sub="77"))
    assert "Create a separate account" not in other.page(SAME_ADDRESS), "an invitation opens none"
    assert error_of(other.press(SAME_ADDRESS)) == "signup_closed"
    assert len(app.rows("users")) == 1


@pytest.mark.parametrize(
    "address",
    ["ADA@Example.COM", "ada@example.com"],
)
def test_lk_02_capitals_make_no_other_address(
    ada: Visitor, app: RunningApp, visit: Visit, address: str
) -> None:
    assert went_to(visit(app).sign_in("beta", replace(ADA_AT_B, email=address))) == SAME_ADDRESS


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com ",
        "ada+x@example.com",
        "a.da@example.com",
        "ada@example.co",
        "ada@EXAMPLE.com.",
        "\u0430da@example.com",
        "ada@exam\uff50le.com",
    ],
)
def test_lk_02_an_address_that_looks_alike_is_another(
    ada: Visitor, app: RunningApp, visit: Visit, address: str
) -> None:
    assert went_to(visit(app).sign_in("beta", replace(ADA_AT_B, email=address))) == "/"


def test_lk_02_letters_that_lower_case_makes_the_same(serve: Serve, visit: Visit) -> None:
    """The Kelvin sign in lower case is a k: it must not open Katherine's account."""
    app = serve(LINK_BY_EMAIL="verified")
    katherine = replace(ADA, email="katherine@example.com")
    visit(app).sign_in("alpha", katherine)
    stranger = visit(app)
    stranger.sign_in("beta", replace(ADA_AT_B, email="\u212aatherine@example.com"))

    assert stranger.who()["id"] == "2"


def test_lk_15_a_changed_address_opens_no_account(
    app: RunningApp, ada: Visitor, visit: Visit
) -> None:
    """Grace's provider says suddenly that she has Ada's address, verified."""
    grace = visit(app)
    grace.sign_in("beta", GRACE)
    before = app.rows("users")
    grace.sign_in("beta", replace(GRACE, email=ADA.email))

    assert grace.who()["id"] == "2"
    assert grace.who()["email"] == GRACE.email
    assert app.rows("users") == before
    assert owners(app) == {f"alpha:{ADA.sub}": 1, f"beta:{GRACE.sub}": 2}


def test_lk_15_a_changed_address_with_link_by_email(serve: Serve, visit: Visit) -> None:
    app = serve(LINK_BY_EMAIL="verified", PROFILE_SYNC="always")
    ada, grace = visit(app), visit(app)
    ada.sign_in("alpha", ADA)
    grace.sign_in("beta", GRACE)
    grace.sign_in("beta", replace(GRACE, email=ADA.email))

    assert grace.who()["id"] == "2"
    assert ada.who()["id"] == "1"
    assert owners(app) == {f"alpha:{ADA.sub}": 1, f"beta:{GRACE.sub}": 2}


def test_lk_23_no_other_claim_is_an_address(serve: Serve, visit: Visit) -> None:
    app = serve(LINK_BY_EMAIL="verified")
    visit(app).sign_in("alpha", ADA)
    names = {"upn": ADA.email, "preferred_username": ADA.email, "unique_name": ADA.email}
    stranger = visit(app)
    stranger.sign_in("beta", replace(ADA_AT_B, email=None, claims=names))

    assert stranger.who()["id"] == "2"
    assert stranger.who()["email"] is None


@pytest.mark.parametrize("said", ["false", "1", 1, "yes", [True], None, 0])
def test_lk_01_verified_means_true(serve: Serve, visit: Visit, said: object) -> None:
    app = serve(LINK_BY_EMAIL="verified")
    visit(app).sign_in("alpha", ADA)
    stranger = visit(app)
    stranger.sign_in("beta", replace(ADA_AT_B, claims={"email_verified": said}))

    assert stranger.who()["id"] == "2"
    assert stranger.who()["email_verified"] is False


def test_an_identity_whose_profile_cannot_be_read_is_held_too(
    app: RunningApp, ada: Visitor, visit: Visit, provider: CountingProvider
) -> None:
    def hang_up(name: str) -> None:
        if name == "userinfo":
            raise ConnectionError

    provider.before = hang_up
    answer = visit(app).sign_in("beta", replace(ADA_AT_B, claims={"name": None}))
    assert went_to(answer) == SAME_ADDRESS
