"""Typeform.  Docs: https://www.typeform.com/developers/get-started/applications/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="typeform",
    label="Typeform",
    identity_issuer="https://www.typeform.com",
    authorization_endpoint="https://api.typeform.com/oauth/authorize",
    token_endpoint="https://api.typeform.com/oauth/token",
    userinfo_endpoint="https://api.typeform.com/me",
    scope="accounts:read",
    # PKCE: not in the guide.  NangoHQ/nango, which sends it by default, switches it off here.
    pkce=False,
    auth_method="client_secret_post",
    # `user_id` is in the answer, though not in its public description: unconfirmed there.
    claims=userinfo_claims(sub="user_id", name="alias", email="email"),
    offline={"scope": "offline"},
    console_url="https://admin.typeform.com",
    console_hint="Name of the organization, Developer apps, Register a new app.",
    colors=Colors(background="#262627", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#262627", mark="black"),
)
