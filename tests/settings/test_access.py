"""An allow-list of one provider means the site."""

import pytest

from .reading import DEVELOPMENT, GITHUB, GOOGLE, load, problems

ORGS = GITHUB | {"GITHUB_ALLOWED_ORGS": "acme"}
HOSTED = GOOGLE | {"GOOGLE_HOSTED_DOMAIN": "acme.example"}
OP = {
    "OIDC_OP_ISSUER": "https://issuer.example",
    "OIDC_OP_CLIENT_ID": "a",
    "OIDC_OP_CLIENT_SECRET": "b",
}


@pytest.mark.parametrize("env", ["production", "development"])
def test_a_provider_that_is_open_beside_one_that_is_not(env: str) -> None:
    """The message names every way out."""
    base = {"APP_ENV": env}
    [problem] = problems(base | ORGS | GOOGLE)
    for word in ("google", "GITHUB_ALLOWED_ORGS", "GOOGLE_HOSTED_DOMAIN", "ALLOWED_EMAIL_DOMAINS"):
        assert word in problem
    assert "UNRESTRICTED_PROVIDERS=google" in problem
    assert len(problems(base | ORGS | GOOGLE | OP)) == 2
    assert "op" in problems(base | HOSTED | OP)[0]
    [other] = problems(base | ORGS | GOOGLE | OP | {"UNRESTRICTED_PROVIDERS": "google"})
    assert "does not name op," in other


@pytest.mark.parametrize(
    "more",
    [
        {"UNRESTRICTED_PROVIDERS": "op, google"},
        HOSTED | {"UNRESTRICTED_PROVIDERS": "op"},
        {"ALLOWED_EMAIL_DOMAINS": "acme.example"},
    ],
)
def test_each_way_out(more: dict[str, str]) -> None:
    assert set(load(ORGS | GOOGLE | OP | more).clients) == {"github", "google", "op"}


def test_providers_that_are_not_set_up_let_nobody_in() -> None:
    assert set(load(ORGS).clients) == {"github"}
    assert load(DEVELOPMENT | ORGS | {"GOOGLE_CLIENT_ID": "a"}).incomplete


def test_a_list_of_a_provider_that_is_not_set_up_beside_one_that_is_open() -> None:
    """The owner reads the list as the rule of the site."""
    orgs = {"GITHUB_ALLOWED_ORGS": "acme"}
    [problem] = problems(GOOGLE | orgs)
    assert problem.startswith("GITHUB_ALLOWED_ORGS is set, but GitHub is not set up: ")
    assert "GITHUB_CLIENT_ID" in problem
    found = load(DEVELOPMENT | GOOGLE | orgs)
    assert found.incomplete == (problem,)
    assert set(found.clients) == {"google"}
    assert len(problems(GOOGLE | OP | orgs | {"UNRESTRICTED_PROVIDERS": "google"})) == 1
    for more in (
        {"UNRESTRICTED_PROVIDERS": "google"},
        {"GOOGLE_HOSTED_DOMAIN": "acme.example"},
        {"ALLOWED_EMAIL_DOMAINS": "acme.example"},
    ):
        assert load(GOOGLE | orgs | more).incomplete == ()
    assert load(orgs).clients == {}, "nobody can sign in"


@pytest.mark.parametrize("names", ["googel", "google,x", "Google", "practice"])
def test_names_that_are_no_provider_s(names: str) -> None:
    assert problems(GOOGLE | {"UNRESTRICTED_PROVIDERS": names}) == [
        "UNRESTRICTED_PROVIDERS is not a list of providers of this app: write names of google"
    ]


def test_addresses_that_the_owner_trusts_and_that_link_accounts_are_told() -> None:
    always, link = {"OIDC_OP_EMAIL_VERIFIED": "always"}, {"LINK_BY_EMAIL": "verified"}
    [notice] = load(GITHUB | OP | always | link).notices
    assert "OIDC_OP_EMAIL_VERIFIED is always, and LINK_BY_EMAIL is verified" in notice
    assert load(GITHUB | OP | always).notices == load(GITHUB | OP | link).notices == ()
