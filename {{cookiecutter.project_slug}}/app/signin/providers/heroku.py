"""Heroku.  Docs: https://devcenter.heroku.com/articles/oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="heroku",
    label="Heroku",
    identity_issuer="https://id.heroku.com",
    authorization_endpoint="https://id.heroku.com/oauth/authorize",
    token_endpoint="https://id.heroku.com/oauth/token",
    userinfo_endpoint="https://api.heroku.com/account",
    scope="identity",
    # PKCE: unconfirmed; the article does not mention it.
    pkce=True,
    auth_method="client_secret_post",
    offline={},
    # `verified` is about billing; nothing says whether the address is verified.
    # https://devcenter.heroku.com/articles/platform-api-reference#account
    claims=userinfo_claims(
        sub="id",
        name="name",
        email="email",
        # The API answers only where its version is named.
        headers={"Accept": "application/vnd.heroku+json; version=3"},
    ),
    console_url="https://dashboard.heroku.com/account/applications",
    console_hint="Register new API client, with the callback URL.",
    # Heroku's purple.
    colors=Colors(background="#430098", text="#fff", mark="white"),
)
