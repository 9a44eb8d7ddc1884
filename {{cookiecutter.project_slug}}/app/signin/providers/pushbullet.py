"""Pushbullet.  Docs: https://docs.pushbullet.com/#oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="pushbullet",
    label="Pushbullet",
    identity_issuer="https://www.pushbullet.com",
    authorization_endpoint="https://www.pushbullet.com/authorize",
    token_endpoint="https://api.pushbullet.com/oauth2/token",
    userinfo_endpoint="https://api.pushbullet.com/v2/users/me",
    # There are no scopes.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # A library reads a user name that the documented answer does not have.
    claims=userinfo_claims(sub="iden", name="name", email="email", picture="image_url"),
    console_url="https://www.pushbullet.com/create-client",
    console_hint="Add the URI as redirect_uri.",
    # White on Pushbullet's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#4ab367"),
)
