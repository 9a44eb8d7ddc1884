"""Netlify.  Docs: https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="netlify",
    label="Netlify",
    identity_issuer="https://www.netlify.com",
    authorization_endpoint="https://app.netlify.com/authorize",
    token_endpoint="https://api.netlify.com/oauth/token",
    userinfo_endpoint="https://api.netlify.com/api/v1/user",
    # There are no scopes.
    # PKCE: unconfirmed; the guide does not mention it.
    # One library sends the secret with Basic, another in the form: both work.
    auth_method="client_secret_post",
    claims=userinfo_claims(sub="id", name="full_name", email="email", picture="avatar_url"),
    console_url="https://app.netlify.com/user/applications",
    console_hint="New OAuth app; add the URI.",
    # White on Netlify's teal has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#00c7b7"),
)
