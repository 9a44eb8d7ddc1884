"""TIDAL.  Docs: https://developer.tidal.com/documentation/api-sdk/api-sdk-authorization."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="tidal",
    label="TIDAL",
    identity_issuer="https://tidal.com",
    authorization_endpoint="https://login.tidal.com/authorize",
    token_endpoint="https://auth.tidal.com/v1/oauth2/token",
    userinfo_endpoint="https://openapi.tidal.com/v2/users/me",
    scope="user.read",
    # One library sends the secret with Basic, another in the form: both work.
    auth_method="client_secret_post",
    # `emailVerified` is documented, though libraries do not read it:
    # https://tidal-music.github.io/tidal-api-reference/#/users
    claims=userinfo_claims(
        sub="data.id",
        name="data.attributes.firstName data.attributes.lastName",
        preferred_username="data.attributes.username",
        email="data.attributes.email",
        email_verified="data.attributes.emailVerified",
    ),
    offline={},
    console_url="https://developer.tidal.com/dashboard",
    console_hint="Create new app; Settings: add the URI, scope user.read.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
