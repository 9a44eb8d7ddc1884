"""Somebody new comes with a verified address that an account has already."""

import pytest

SAME = "/login/same-address"


@pytest.fixture
def second(fake):
    """The settings of another provider, where somebody has Ada's address."""
    endings = {"ISSUER": fake.issuer, "CLIENT_ID": "our-id", "CLIENT_SECRET": "our-own-secret"}
    return {f"OIDC_SECOND_{ending}": value for ending, value in endings.items()}


@pytest.fixture
def app(make_app, second):
    app = make_app(second)
    app.test_client().sign_in("fake")
    return app


def test_the_sign_in_stops_at_a_page(browser):
    answer = browser.sign_in("second", next="/notes")

    assert answer.location == SAME
    assert browser.user() is None
    page = browser.get(SAME).text
    assert "ada@example.com" in page
    assert "Continue with Fake" in page
    assert "Continue with Second" not in page


def test_continuing_connects_both(app, browser):
    browser.sign_in("second", next="/notes")
    callback = browser.to_callback("fake", next="/notes", waiting="1")

    assert browser.get(callback).location == "/notes"
    assert browser.user()["id"] == "1"
    assert "Second is now connected" in browser.get("/").text
    again = app.test_client()
    again.sign_in("second")
    assert again.user()["id"] == "1"


def test_continuing_as_somebody_else_connects_nothing(app, browser, fake):
    browser.sign_in("second")
    fake.person = {"sub": "1906", "name": "Grace", "email": "grace@example.org"}
    browser.get(browser.to_callback("fake", waiting="1"))

    assert browser.user()["name"] == "Grace"
    assert "Second was not connected" in browser.get("/").text


def test_a_separate_account(browser):
    browser.sign_in("second", next="/notes")

    assert browser.press(SAME).location == "/notes"
    assert browser.user()["id"] == "2"
    # It is used up.
    assert browser.press(SAME).location == "/login"


def test_nobody_waits(browser):
    assert browser.get(SAME).location == "/login"


def test_an_owner_may_link_by_address(make_app, second):
    app = make_app({**second, "LINK_BY_EMAIL": "verified"})
    app.test_client().sign_in("fake")
    browser = app.test_client()

    assert browser.sign_in("second").location == "/"
    assert browser.user()["id"] == "1"
