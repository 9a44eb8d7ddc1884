"""Pipedrive.  Docs: https://pipedrive.readme.io/docs/marketplace-oauth-authorization."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="pipedrive",
    label="Pipedrive",
    identity_issuer="https://www.pipedrive.com",
    authorization_endpoint="https://oauth.pipedrive.com/oauth/authorize",
    token_endpoint="https://oauth.pipedrive.com/oauth/token",
    userinfo_endpoint="https://api.pipedrive.com/v1/users/me",
    scope="base",
    # PKCE: not documented, and libraries (openiddict, nango) had to switch it off.
    pkce=False,
    cancel_errors=("user_denied", "access_denied"),
    auth_method="client_secret_basic",
    offline={},
    revocation_endpoint="https://oauth.pipedrive.com/oauth/revoke",
    # Pipedrive does not say whether an address is verified.
    claims=userinfo_claims(
        sub="data.id", name="data.name", email="data.email", picture="data.icon_url"
    ),
    console_url="https://app.pipedrive.com/developer-hub",
    console_hint="Create an app, with the callback URL; a draft works for your own company.",
    # Pipedrive's black.
    colors=Colors(background="#21232c", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
