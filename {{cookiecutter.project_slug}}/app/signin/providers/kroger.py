"""Kroger.  Docs: https://developer.kroger.com/documentation/public/security/guides-oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="kroger",
    label="Kroger",
    identity_issuer="https://www.kroger.com",
    authorization_endpoint="https://api.kroger.com/v1/connect/oauth2/authorize",
    token_endpoint="https://api.kroger.com/v1/connect/oauth2/token",
    userinfo_endpoint="https://api.kroger.com/v1/identity/profile",
    scope="profile.compact",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_basic",
    claims=userinfo_claims(sub="data.id"),
    offline={},
    console_url="https://developer.kroger.com/manage/apps",
    console_hint="Register application, Production; scope profile.compact.",
    colors=Colors(background="#084999", text="#fff", mark="white"),
)
