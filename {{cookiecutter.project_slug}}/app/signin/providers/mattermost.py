"""Mattermost.  Docs: https://developers.mattermost.com/integrate/apps/authentication/oauth2."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="mattermost",
    label="Mattermost",
    identity_issuer="https://mattermost.example.com",
    authorization_endpoint="https://mattermost.example.com/oauth/authorize",
    token_endpoint="https://mattermost.example.com/oauth/access_token",
    userinfo_endpoint="https://mattermost.example.com/api/v4/users/me",
    # There are no scopes: the access token can do what the person can.
    auth_method="client_secret_post",
    # Pictures are shown to signed-in people only.
    claims=userinfo_claims(
        sub="id",
        name="first_name last_name",
        preferred_username="username",
        email="email",
        email_verified="email_verified",
    ),
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://mattermost.example.com",
            example="https://mattermost.example.com",
        ),
    ),
    offline={},
    console_hint="Integrations, OAuth 2.0 Applications: Add, with the URI, not public, trusted.",
    colors=Colors(background="#0058cc", text="#fff", mark="white"),
)
