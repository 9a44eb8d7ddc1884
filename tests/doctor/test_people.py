"""What `flask doctor` says that people can do is what they can do."""

import itertools
from typing import Any

import pytest
from settings.reading import GITHUB, GOOGLE, load

SIGNUPS = ("open", "invite", "closed")
EMAILS = ("no", "yes", "verified")
COMBINATIONS = list(itertools.product(SIGNUPS, EMAILS))


def said(**environ: str) -> dict[str, str]:
    """Return the rules by their subjects."""
    from app.signin.commands.doctor import people

    return dict(people.rules(load(GITHUB | GOOGLE | environ)))


def comes_in(settings: Any, *, email: str | None, verified: bool, invited: bool) -> bool:
    """Return whether the app opens an account for such a person."""
    from app.signin.auth.admission import admit_new
    from app.signin.auth.errors import IdentityError
    from app.signin.oauth.provider import Claims

    try:
        admit_new(
            settings,
            Claims(sub="1", email=email, email_verified=verified),
            1 if invited else None,
        )
    except IdentityError:
        return False
    return True


@pytest.mark.parametrize(("signup", "email"), COMBINATIONS)
def test_who_can_open_an_account(signup: str, email: str) -> None:
    settings = load(GITHUB | GOOGLE | {"SIGNUP": signup, "REQUIRE_EMAIL": email})
    rule = said(SIGNUP=signup, REQUIRE_EMAIL=email)["sign up"]
    best = {"email": "ada@example.org", "verified": True}
    assert rule.startswith("nobody ") == (not comes_in(settings, **best, invited=True))
    assert rule.startswith("everybody ") == comes_in(settings, **best, invited=False)
    if rule.startswith("nobody "):
        return
    assert ("invitation" in rule) == (not comes_in(settings, **best, invited=False))
    without = comes_in(settings, email=None, verified=False, invited=True)
    assert ("sends an e-mail address" in rule or "is verified" in rule) == (not without)
    unverified = comes_in(settings, email="a@example.org", verified=False, invited=True)
    assert ("is verified" in rule) == (not unverified)
    assert "GitHub or Google" in rule


LISTS = {
    "nothing": ({}, "no domain and no organization is required"),
    "domains": (
        {"ALLOWED_EMAIL_DOMAINS": "b.org,a.org"},
        "only with a verified address at a.org or b.org (ALLOWED_EMAIL_DOMAINS)",
    ),
    "organizations": (
        {"GITHUB_ALLOWED_ORGS": "acme, widgets", "UNRESTRICTED_PROVIDERS": "google"},
        "with GitHub only members of acme or widgets (GITHUB_ALLOWED_ORGS)",
    ),
    "both": (
        {"GITHUB_ALLOWED_ORGS": "acme", "ALLOWED_EMAIL_DOMAINS": "a.org"},
        "only with a verified address at a.org (ALLOWED_EMAIL_DOMAINS); with GitHub only members of"
        " acme (GITHUB_ALLOWED_ORGS)",
    ),
}


@pytest.mark.parametrize("subject", ["sign up", "sign in"])
@pytest.mark.parametrize(("environ", "rule"), LISTS.values(), ids=LISTS)
def test_which_lists_hold(environ: dict[str, str], rule: str, subject: str) -> None:
    assert said(**environ)[subject].endswith(rule)


def test_a_closed_site_still_lets_its_people_in() -> None:
    rules = said(SIGNUP="closed", ALLOWED_EMAIL_DOMAINS="a.org")
    assert rules["sign up"] == "nobody can open an account (SIGNUP=closed)"
    assert rules["sign in"].startswith("whoever has an account can sign in")
    assert "a.org" in rules["sign in"]


def test_who_becomes_an_administrator() -> None:
    assert said()["administrators"].startswith("nobody becomes one by signing in")
    rule = said(ADMINS="google:2,github:1")["administrators"]
    assert rule.startswith("github:1, google:2 by the next sign-in")


def test_what_links() -> None:
    assert "is asked to sign in to it first" in said()["same address"]
    assert "gets into it at once" in said(LINK_BY_EMAIL="verified")["same address"]
    one = dict.fromkeys(GOOGLE, "")
    assert "only one provider" in said(**one)["same address"]


TIMES = {
    ("10080", "30"): "after 7 days without use, and after 30 days at the latest",
    ("90", "1"): "after 90 minutes without use, and after 1 day at the latest",
    ("60", "400"): "after 1 hour without use, and after 400 days at the latest",
}


@pytest.mark.parametrize(("times", "rule"), TIMES.items())
def test_how_long_a_session_lasts(times: tuple[str, str], rule: str) -> None:
    idle, days = times
    found = said(SESSION_IDLE_MINUTES=idle, SESSION_MAX_DAYS=days)["sessions"]
    assert found == f"a session ends {rule}"


def test_without_a_provider_nobody_comes() -> None:
    rules = said(**dict.fromkeys((*GITHUB, *GOOGLE), ""))
    assert rules["sign up"].startswith("nobody ")
    assert rules["sign in"].startswith("nobody ")


def test_the_practice_provider_is_told() -> None:
    local = {"APP_ENV": "development", "PUBLIC_URL": "http://localhost:8000"}
    assert "for this machine" in said(**local)["practice provider"]
    assert "everybody" in said(**local, PRACTICE_PROVIDER="on")["practice provider"]
    assert "practice provider" not in said(**local, PRACTICE_PROVIDER="off")
    assert "practice provider" not in said()
