"""Who may come in: the owner's settings."""

from dataclasses import replace

import pytest

from app.signin.oauth.claims import standard_claims
from app.signin.oauth.provider import Provider, Setting
from tests.browser import error_of
from tests.fake_provider import CLIENT_ID, CLIENT_SECRET

GRACE = {"sub": "1906", "name": "Grace", "email": "grace@example.org", "email_verified": True}


@pytest.mark.parametrize(
    ("settings", "person", "code"),
    [
        ({"ALLOWED_EMAIL_DOMAINS": "example.org"}, {}, None),
        ({"ALLOWED_EMAIL_DOMAINS": "example.net"}, {}, "not_allowed"),
        ({"ALLOWED_EMAIL_DOMAINS": "ample.org"}, {}, "not_allowed"),
        ({"ALLOWED_EMAIL_DOMAINS": "example.org"}, {"email_verified": False}, "not_allowed"),
        ({"REQUIRE_EMAIL": "yes"}, {"email_verified": False}, None),
        ({"REQUIRE_EMAIL": "yes"}, {"email": None}, "email_required"),
        ({"REQUIRE_EMAIL": "verified"}, {"email_verified": False}, "email_required"),
        ({"SIGNUP": "closed"}, {}, "signup_closed"),
        ({"SIGNUP": "invite"}, {}, "invitation_required"),
    ],
)
def test_somebody_new(make_app, fake, settings, person, code):
    browser = make_app(settings).test_client()
    fake.person = GRACE | person

    assert error_of(browser.sign_in()) == code
    assert (browser.user() is None) == (code is not None)


def claims(grant):
    return replace(standard_claims(grant), member_of=tuple(grant.id_token["groups"]))


@pytest.mark.parametrize(
    ("groups", "code"),
    [(["staff", "Crew"], None), (["passengers"], "not_allowed"), ([], "not_allowed")],
)
def test_members_only(make_app, fake, groups, code):
    """A provider may know organizations: one of them must be on the owner's list."""
    members = Setting(ending="GROUPS", allow_list=True, scope="groups")
    corp = Provider(
        name="corp",
        label="Corp",
        scope="openid",
        issuer=fake.issuer,
        settings=(members,),
        claims=claims,
    )
    ours = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "GROUPS": "crew, captains"}
    environ = {f"CORP_{name}": value for name, value in ours.items()}
    app = make_app(environ | {"UNRESTRICTED_PROVIDERS": "fake"}, declared=[corp])
    fake.person = GRACE | {"groups": groups}
    browser = app.test_client()

    assert "scope=openid%20groups" in browser.start("corp").location
    assert error_of(browser.sign_in("corp")) == code


def test_an_invitation_lets_one_person_in(make_app, fake):
    app = make_app({"SIGNUP": "invite"})
    link = app.test_cli_runner().invoke(args=["users", "invite"]).output.split()[0]
    browser, path = app.test_client(), link.removeprefix("http://localhost:8000")

    assert browser.get(path).location == "/login"
    assert browser.sign_in().location == "/"
    # It is used up, for others.
    other = app.test_client()
    assert error_of(other.get(path)) == "invitation_used"
    fake.person = GRACE
    assert error_of(other.sign_in()) == "invitation_required"
    # Who has an account gets in without one.
    fake.behave()
    assert other.sign_in().location == "/"


def test_admins_are_named_in_the_settings(make_app):
    browser = make_app({"ADMINS": "fake:1815"}).test_client()
    browser.sign_in()

    assert browser.user()["is_admin"]
