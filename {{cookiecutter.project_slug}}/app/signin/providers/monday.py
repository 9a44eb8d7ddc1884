"""monday.com.  Docs: https://developer.monday.com/apps/docs/oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="monday",
    label="monday.com",
    identity_issuer="https://monday.com",
    authorization_endpoint="https://auth.monday.com/oauth2/authorize",
    token_endpoint="https://auth.monday.com/oauth2/token",
    userinfo_endpoint="https://api.monday.com/v2",
    scope="me:read",
    # PKCE: not in the guide.  NangoHQ/nango, which sends it by default, switches it off here.
    pkce=False,
    # Tokens do not expire, so there is no refresh token.
    auth_method="client_secret_post",
    # GraphQL.  `is_verified` says that the person verified the address; libraries do not ask for
    # it: https://developer.monday.com/api-reference/docs/me
    claims=userinfo_claims(
        sub="data.me.id",
        name="data.me.name",
        email="data.me.email",
        email_verified="data.me.is_verified",
        picture="data.me.photo_small",
        json={"query": "query { me { id name email is_verified photo_small } }"},
    ),
    console_url="https://monday.com",
    console_hint="Developers, Create app; OAuth: scope me:read, and the URI; Promote to live.",
    colors=Colors(background="#6161ff", text="#fff", mark="white"),
)
