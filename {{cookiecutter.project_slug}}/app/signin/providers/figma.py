"""Figma.  Docs: https://developers.figma.com/docs/rest-api/authentication."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider
from ..oauth.token import bearer_by_default

PROVIDER = Provider(
    name="figma",
    label="Figma",
    identity_issuer="https://www.figma.com",
    authorization_endpoint="https://www.figma.com/oauth",
    token_endpoint="https://api.figma.com/v1/oauth/token",
    userinfo_endpoint="https://api.figma.com/v1/me",
    scope="current_user:read",
    # PKCE: unconfirmed; some libraries send it, some do not.
    auth_method="client_secret_basic",
    # Older answers have no token_type.
    read_tokens=bearer_by_default,
    # Nothing says whether the address is verified.
    claims=userinfo_claims(sub="id", name="handle", email="email", picture="img_url"),
    offline={},
    console_url="https://www.figma.com/developers/apps",
    console_hint="Create a new app, with the URI; scope current_user:read.",
    # White on Figma's red has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#f24e1e"),
)
