"""Airtable.  Docs: https://airtable.com/developers/web/api/oauth-reference."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="airtable",
    label="Airtable",
    identity_issuer="https://airtable.com",
    authorization_endpoint="https://airtable.com/oauth2/v1/authorize",
    token_endpoint="https://airtable.com/oauth2/v1/token",
    userinfo_endpoint="https://api.airtable.com/v0/meta/whoami",
    scope="user.email:read",
    auth_method="client_secret_basic",
    # There is no name and no picture, and nothing says whether the address is verified.
    claims=userinfo_claims(sub="id", email="email"),
    offline={},
    console_url="https://airtable.com/create/oauth",
    console_hint="Register new OAuth integration; generate a secret; scope user.email:read.",
    # White on Airtable's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#18bfff"),
)
