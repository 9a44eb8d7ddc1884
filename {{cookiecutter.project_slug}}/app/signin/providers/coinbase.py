"""Coinbase.  Docs: https://docs.cdp.coinbase.com/coinbase-app/oauth2-integration/integrations."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="coinbase",
    label="Coinbase",
    identity_issuer="https://www.coinbase.com",
    # Most libraries still have the older addresses below www.coinbase.com/oauth.
    authorization_endpoint="https://login.coinbase.com/oauth2/auth",
    token_endpoint="https://login.coinbase.com/oauth2/token",
    userinfo_endpoint="https://api.coinbase.com/v2/user",
    revocation_endpoint="https://login.coinbase.com/oauth2/revoke",
    scope="wallet:user:read wallet:user:email",
    auth_method="client_secret_post",
    claims=userinfo_claims(
        sub="data.id",
        name="data.name",
        preferred_username="data.username",
        email="data.email",
        picture="data.avatar_url",
        headers={"CB-VERSION": "2026-01-01"},
    ),
    offline={"scope": "offline_access"},
    console_url="https://portal.cdp.coinbase.com/projects/api-keys/oauth",
    console_hint="API Keys, OAuth: approved partners only; two wallet:user scopes and the URI.",
    colors=Colors(background="#0052ff", text="#fff", mark="white"),
)
