"""FACEIT.  Docs: https://docs.faceit.com/getting-started/authentication/oauth2."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="faceit",
    label="FACEIT",
    identity_issuer="https://api.faceit.com/auth",
    # Not its OpenID Connect: ID Tokens have no nonce, and some cannot be read:
    # https://forums.faceit.com/t/faceit-connect-401-during-the-token-request/2100
    authorization_endpoint="https://accounts.faceit.com/accounts",
    token_endpoint="https://api.faceit.com/auth/v1/oauth/token",
    userinfo_endpoint="https://api.faceit.com/auth/v1/resources/userinfo",
    scope="openid profile email",
    # Without it FACEIT answers to a pop-up window, not to the callback URL.
    authorization_params={"redirect_popup": "true"},
    # PKCE is required.
    auth_method="client_secret_basic",
    claims=userinfo_claims(
        sub="guid",
        name="nickname",
        preferred_username="nickname",
        email="email",
        email_verified="email_verified",
        picture="picture",
    ),
    # Refresh token: unconfirmed.
    console_url="https://developers.faceit.com",
    console_hint="App studio: OAuth2 client, authorization code with PKCE, with the redirect URL.",
    # White on FACEIT's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff5500"),
)
