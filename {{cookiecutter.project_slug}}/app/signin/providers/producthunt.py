"""Product Hunt.  Docs: https://api.producthunt.com/v2/docs."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="producthunt",
    label="Product Hunt",
    identity_issuer="https://www.producthunt.com",
    authorization_endpoint="https://api.producthunt.com/v2/oauth/authorize",
    token_endpoint="https://api.producthunt.com/v2/oauth/token",
    userinfo_endpoint="https://api.producthunt.com/v2/api/graphql",
    # `private` is what names the person who signed in.
    scope="public private",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # GraphQL.  There is no e-mail address.
    claims=userinfo_claims(
        sub="data.viewer.user.id",
        name="data.viewer.user.name",
        preferred_username="data.viewer.user.username",
        picture="data.viewer.user.profileImage",
        json={"query": "query { viewer { user { id name username profileImage } } }"},
    ),
    console_url="https://www.producthunt.com/v2/oauth/applications",
    console_hint="Add an application; non-commercial use, or ask first.",
    # White on Product Hunt's red has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#da552f"),
)
