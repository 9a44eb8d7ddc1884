"""DigitalOcean.  Docs: https://docs.digitalocean.com/reference/api/oauth-api."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="digitalocean",
    label="DigitalOcean",
    identity_issuer="https://cloud.digitalocean.com",
    authorization_endpoint="https://cloud.digitalocean.com/v1/oauth/authorize",
    token_endpoint="https://cloud.digitalocean.com/v1/oauth/token",
    userinfo_endpoint="https://api.digitalocean.com/v2/account",
    # There is no scope for the profile alone.
    scope="read",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # The guide revokes with the access token in the header, not as RFC 7009 says: not declared.
    claims=userinfo_claims(
        sub="account.uuid",
        name="account.name",
        email="account.email",
        email_verified="account.email_verified",
    ),
    offline={},
    console_url="https://cloud.digitalocean.com/account/api/applications",
    console_hint="OAuth Applications, Register OAuth Application, with the URI.",
    # White on DigitalOcean's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#0080ff"),
)
