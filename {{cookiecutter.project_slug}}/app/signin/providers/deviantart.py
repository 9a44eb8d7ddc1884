"""DeviantArt.  Docs: https://deviantart.readme.io/docs/authentication."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="deviantart",
    label="DeviantArt",
    identity_issuer="https://www.deviantart.com",
    authorization_endpoint="https://www.deviantart.com/oauth2/authorize",
    token_endpoint="https://www.deviantart.com/oauth2/token",
    userinfo_endpoint="https://www.deviantart.com/api/v1/oauth2/user/whoami",
    scope="user",
    auth_method="client_secret_post",
    # There is no e-mail address.
    claims=userinfo_claims(
        sub="userid", name="username", preferred_username="username", picture="usericon"
    ),
    offline={},
    console_url="https://www.deviantart.com/developers/apps",
    console_hint="Register your Application, type Confidential, with the exact URI.",
    # White on DeviantArt's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#05cc47"),
)
