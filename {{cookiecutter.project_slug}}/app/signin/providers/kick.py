"""Kick.  Docs: https://docs.kick.com/getting-started/generating-tokens-oauth2-flow."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="kick",
    label="Kick",
    identity_issuer="https://kick.com",
    authorization_endpoint="https://id.kick.com/oauth/authorize",
    token_endpoint="https://id.kick.com/oauth/token",
    userinfo_endpoint="https://api.kick.com/public/v1/users",
    # No revocation_endpoint: Kick wants the token in the query, where logs keep it.
    scope="user:read",
    auth_method="client_secret_post",
    # Without ids in the query the list has one entry: the person.
    claims=userinfo_claims(
        sub="data.0.user_id",
        name="data.0.name",
        preferred_username="data.0.name",
        email="data.0.email",
        picture="data.0.profile_picture",
    ),
    offline={},
    console_url="https://kick.com/settings/developer",
    console_hint="Developer: Create new app, with the redirect URL and Read user information.",
    # White on Kick's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#53fc19"),
)
