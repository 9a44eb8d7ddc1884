"""Providers that exist only in the environment."""

from app.signin.config import load
from app.signin.oauth.provider import Claims
from tests.conftest import SETTINGS

FORUM = {
    "AUTHORIZATION_ENDPOINT": "https://forum.example/authorize",
    "TOKEN_ENDPOINT": "https://forum.example/token",
    "USERINFO_ENDPOINT": "https://forum.example/me",
    "CLIENT_ID": "our-id",
    "CLIENT_SECRET": "our-own-secret",
}
TOKENS = {"access_token": "at", "token_type": "bearer"}


def forum(**changes):
    environ = {f"OAUTH_FORUM_{ending}": value for ending, value in (FORUM | changes).items()}
    plain = {name: value for name, value in SETTINGS.items() if not name.startswith("OIDC_")}
    return load(plain | environ, declared=[]).clients["forum"].provider


def test_a_plain_provider(finish, recorded):
    recorded.post(FORUM["TOKEN_ENDPOINT"], json=TOKENS)
    recorded.get(FORUM["USERINFO_ENDPOINT"], json={"sub": 1815, "name": "Ada"})

    assert finish(forum()) == Claims(sub="1815", name="Ada")


def test_a_plain_provider_with_fields_of_its_own(finish, recorded):
    provider = forum(
        LABEL="The forum",
        SCOPE="profile",
        SUB="user.id",
        NAME="user.nick",
        EMAIL="user.mail.address",
        EMAIL_VERIFIED="user.mail.confirmed",
        PICTURE="user.missing.picture",
    )
    user = {"id": "1815", "nick": "ada", "mail": {"address": "ada@example.com", "confirmed": True}}
    recorded.post(FORUM["TOKEN_ENDPOINT"], json=TOKENS)
    recorded.get(FORUM["USERINFO_ENDPOINT"], json={"user": user})

    assert (provider.label, provider.scope) == ("The forum", "profile")
    assert finish(provider) == Claims(
        sub="1815", name="ada", email="ada@example.com", email_verified=True
    )


def test_an_openid_provider():
    environ = {
        "OIDC_MY_COMPANY_ISSUER": "https://login.example.com",
        "OIDC_MY_COMPANY_CLIENT_ID": "our-id",
        "OIDC_MY_COMPANY_CLIENT_SECRET": "our-own-secret",
    }
    plain = {name: value for name, value in SETTINGS.items() if not name.startswith("OIDC_")}
    client = load(plain | environ, declared=[]).clients["my_company"]

    assert client.provider.label == "My Company"
    assert client.provider.issuer == "https://login.example.com"
    assert client.provider.uses_discovery
    assert client.redirect_uri == "http://localhost:8000/callback/my_company"
