"""GitHub: recorded answers, and what they must become."""

import pytest
import responses

from app.oauth.errors import InvalidResponse, TokenError
from app.oauth.provider import Claims
from app.providers.github import PROVIDER

TOKEN = "https://github.com/login/oauth/access_token"
API = "https://api.github.com"
TOKENS = {"access_token": "gho_16C7e42F", "token_type": "bearer", "scope": "read:user,user:email"}
USER = {
    "login": "ada",
    "id": 1815,
    "avatar_url": "https://avatars.githubusercontent.com/u/1815?v=4",
    "name": "Ada Lovelace",
    "email": None,
}
EMAILS = [
    {"email": "1815+ada@users.noreply.github.com", "primary": False, "verified": True},
    {"email": "ada@example.com", "primary": True, "verified": True, "visibility": "private"},
]


@pytest.fixture
def answers(recorded):
    """A login that goes well, for a test to replace parts of."""
    recorded.post(TOKEN, json=TOKENS)
    recorded.get(f"{API}/user", json=USER)
    recorded.get(f"{API}/user/emails", json=EMAILS)
    return recorded


def test_a_login(finish, answers):
    assert finish(PROVIDER) == Claims(
        sub="1815",
        name="Ada Lovelace",
        preferred_username="ada",
        email="ada@example.com",
        email_verified=True,
        picture="https://avatars.githubusercontent.com/u/1815?v=4",
    )
    authorized = {call.request.headers.get("Authorization") for call in answers.calls}
    assert authorized == {None, "Bearer gho_16C7e42F"}


def test_what_is_asked_for():
    assert PROVIDER.scope == "read:user user:email"


def test_the_answer_names_an_issuer():
    """Since 2026, and also github.com at an enterprise server."""
    enterprise = PROVIDER.at(base_url="https://git.example.org")

    assert PROVIDER.at().issuer == "https://github.com/login/oauth"
    assert enterprise.issuer == "https://git.example.org/login/oauth"
    assert enterprise.other_issuers == ("https://github.com/login/oauth",)


NO_EMAIL = {
    "not verified": [{"email": "ada@example.com", "primary": True, "verified": False}],
    "none is primary": [{"email": "ada@example.com", "primary": False, "verified": True}],
    "an empty list": [],
    "not a list": {"message": "?"},
    "strange entries": ["ada@example.com", None],
}


@pytest.mark.parametrize("emails", NO_EMAIL.values(), ids=NO_EMAIL)
def test_only_a_verified_primary_address_counts(finish, answers, emails):
    answers.replace(responses.GET, f"{API}/user/emails", json=emails)
    claims = finish(PROVIDER)

    assert (claims.sub, claims.email, claims.email_verified) == ("1815", None, False)


def test_a_login_without_permission_for_the_list(finish, answers, caplog):
    answers.replace(responses.GET, f"{API}/user/emails", json={"message": "Not Found"}, status=404)

    assert finish(PROVIDER).email is None
    assert "e-mail addresses" in caplog.text


def test_a_profile_without_a_name(finish, answers):
    answers.replace(responses.GET, f"{API}/user", json=USER | {"name": None})

    assert finish(PROVIDER).name == "ada"


def test_a_profile_without_an_id(finish, answers):
    answers.replace(responses.GET, f"{API}/user", json={"message": "?"})

    with pytest.raises(InvalidResponse) as caught:
        finish(PROVIDER)
    assert caught.value.reason == "bad_profile"


def test_an_error_that_comes_with_status_200(finish, recorded):
    recorded.post(TOKEN, json={"error": "bad_verification_code", "error_description": "expired."})

    with pytest.raises(TokenError) as caught:
        finish(PROVIDER)
    assert caught.value.error == "bad_verification_code"


def test_organizations_are_asked_for_where_a_setting_names_some(finish, answers):
    answers.get(f"{API}/user/orgs", json=[{"login": "Analytical-Engine", "id": 1}])

    assert finish(PROVIDER.at(members_of=("analytical-engine",))).member_of == (
        "Analytical-Engine",
    )
