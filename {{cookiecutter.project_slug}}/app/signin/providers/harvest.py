"""Harvest.  Docs: https://help.getharvest.com/api-v2/authentication-api/authentication/authentication/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="harvest",
    label="Harvest",
    identity_issuer="https://id.getharvest.com",
    authorization_endpoint="https://id.getharvest.com/oauth2/authorize",
    token_endpoint="https://id.getharvest.com/api/v2/oauth2/token",
    # The person and their accounts.  Other APIs know the person only within one account.
    userinfo_endpoint="https://id.getharvest.com/api/v2/accounts",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    claims=userinfo_claims(
        sub="user.id", name="user.first_name user.last_name", email="user.email"
    ),
    offline={},
    console_url="https://id.getharvest.com/developers",
    console_hint="Create new OAuth2 application; product Harvest.",
    # White on Harvest's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#fa5d00"),
)
