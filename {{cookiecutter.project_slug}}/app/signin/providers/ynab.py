"""YNAB.  Docs: https://api.ynab.com/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="ynab",
    label="YNAB",
    identity_issuer="https://app.ynab.com",
    # Libraries name api.ynab.com or a former domain for these two; the guide has this host.
    authorization_endpoint="https://app.ynab.com/oauth/authorize",
    token_endpoint="https://app.ynab.com/oauth/token",
    userinfo_endpoint="https://api.ynab.com/v1/user",
    scope="read-only",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    claims=userinfo_claims(sub="data.user.id"),
    offline={},
    console_url="https://app.ynab.com/settings/developer",
    console_hint="New Application; add the URI.",
    colors=Colors(background="#3b5eda", text="#fff", mark="white"),
)
