"""Atlassian.  Docs: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider
from ..oauth.token import bearer_by_default

# Plain OAuth 2.0: its metadata exists, but an app cannot get the scope `openid`.
PROVIDER = Provider(
    name="atlassian",
    label="Atlassian",
    identity_issuer="https://auth.atlassian.com",
    authorization_endpoint="https://auth.atlassian.com/authorize",
    token_endpoint="https://auth.atlassian.com/oauth/token",
    userinfo_endpoint="https://api.atlassian.com/me",
    scope="read:me",
    # The guide requires both.
    authorization_params={"audience": "api.atlassian.com", "prompt": "consent"},
    # PKCE: unconfirmed; the guide does not mention it, libraries send it.
    auth_method="client_secret_post",
    # The documented token response has no token_type.
    read_tokens=bearer_by_default,
    # Nothing documented says whether the address is verified.
    claims=userinfo_claims(
        sub="account_id",
        name="name",
        preferred_username="nickname",
        email="email",
        picture="picture",
    ),
    offline={"scope": "offline_access"},
    console_url="https://developer.atlassian.com/console/myapps/",
    console_hint="OAuth 2.0 integration; Permissions: User identity API; Authorization: the URI.",
    colors=Colors(background="#0052cc", text="#fff", mark="white"),
)
