"""Who may come in."""

import re

import pytest

from app.oauth.provider import Provider

GRACE = {"sub": "1906", "name": "Grace", "email": "grace@example.org", "email_verified": True}


def code_of(answer):
    found = re.match(r"/login/error/(\w+)", answer.location)
    return found and found[1]


@pytest.mark.parametrize(
    ("settings", "person", "code"),
    [
        ({"ALLOWED_EMAIL_DOMAINS": "example.org"}, {}, None),
        ({"ALLOWED_EMAIL_DOMAINS": "example.net"}, {}, "not_allowed"),
        ({"ALLOWED_EMAIL_DOMAINS": "example.org"}, {"email_verified": False}, "not_allowed"),
        ({"ALLOWED_EMAIL_DOMAINS": "ample.org"}, {}, "not_allowed"),
        ({"REQUIRE_EMAIL": "yes"}, {"email_verified": False}, None),
        ({"REQUIRE_EMAIL": "yes"}, {"email": None}, "email_required"),
        ({"REQUIRE_EMAIL": "verified"}, {"email_verified": False}, "email_required"),
        ({"SIGNUP": "closed"}, {}, "signup_closed"),
        ({"SIGNUP": "invite"}, {}, "invitation_required"),
    ],
)
def test_sign_ups(make_app, fake, settings, person, code):
    browser = make_app(settings).test_client()
    fake.person = GRACE | person

    assert code_of(browser.sign_in()) == code
    assert (browser.user() is None) == (code is not None)


@pytest.mark.parametrize(
    ("organization", "code"),
    [("Example.com", None), ("example.net", "not_allowed"), (None, "not_allowed")],
)
def test_members_only(make_app, fake, organization, code):
    provider = Provider(
        name="corp",
        label="Corp",
        scope="openid",
        issuer=fake.issuer,
        members_setting="HOSTED_DOMAIN",
        members_scope="groups",
    )
    ours = {
        "CLIENT_ID": "our-id",
        "CLIENT_SECRET": "our-own-secret",
        "HOSTED_DOMAIN": "example.com",
    }
    app = make_app({f"CORP_{name}": value for name, value in ours.items()}, providers=[provider])
    fake.person = GRACE | {"hd": organization}
    browser = app.test_client()

    assert "scope=openid+groups" in browser.start("corp")
    assert code_of(browser.sign_in("corp")) == code


def test_who_has_an_account_gets_in(make_app, fake):
    app = make_app({"SIGNUP": "invite"})
    link = app.test_cli_runner().invoke(args=["users", "invite"]).output.strip()
    browser, path = app.test_client(), link.removeprefix("http://localhost:8000")

    assert browser.get(path).location == "/login"
    assert browser.sign_in().location == "/"
    # It is used up, for others.
    other = app.test_client()
    assert code_of(other.get(path)) == "invitation_used"
    fake.person = GRACE
    assert code_of(other.sign_in()) == "invitation_required"
    assert browser.press("/logout").location == "/"
    fake.behave()
    assert browser.sign_in().location == "/"


def test_admins(make_app):
    browser = make_app({"ADMINS": "fake:1815"}).test_client()
    browser.sign_in()

    assert browser.user()["is_admin"]
