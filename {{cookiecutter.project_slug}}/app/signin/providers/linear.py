"""Linear.  Docs: https://linear.app/developers/oauth-2-0-authentication."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

# The API is GraphQL: the request names the fields, and the answer is nested.
VIEWER = "{ viewer { id name displayName email avatarUrl } }"

PROVIDER = Provider(
    name="linear",
    label="Linear",
    identity_issuer="https://linear.app",
    authorization_endpoint="https://linear.app/oauth/authorize",
    token_endpoint="https://api.linear.app/oauth/token",
    userinfo_endpoint="https://api.linear.app/graphql",
    revocation_endpoint="https://api.linear.app/oauth/revoke",
    # Always present; there is none for the profile alone.
    scope="read",
    auth_method="client_secret_post",
    # Nothing says whether the address is verified.
    claims=userinfo_claims(
        sub="data.viewer.id",
        name="data.viewer.name",
        preferred_username="data.viewer.displayName",
        email="data.viewer.email",
        picture="data.viewer.avatarUrl",
        json={"query": VIEWER},
    ),
    offline={},
    choose_account={"prompt": "consent"},
    console_url="https://linear.app/settings/api/applications/new",
    console_hint="New OAuth application, with the URI; public only for other workspaces.",
    colors=Colors(background="#5e6ad2", text="#fff", mark="white"),
)
