"""Box.  Docs: https://developer.box.com/guides/authentication/oauth2/without-sdk/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="box",
    label="Box",
    identity_issuer="https://account.box.com",
    authorization_endpoint="https://account.box.com/api/oauth2/authorize",
    token_endpoint="https://api.box.com/oauth2/token",
    userinfo_endpoint="https://api.box.com/2.0/users/me",
    revocation_endpoint="https://api.box.com/oauth2/revoke",
    # Without a scope, those of the app's registration are meant; none is for the profile only.
    # PKCE: unconfirmed; the guide does not mention it, and libraries send it.
    auth_method="client_secret_post",
    # The picture's address works for signed-in people only.  `login` is the address; Box does not
    # say whether it is verified.
    claims=userinfo_claims(
        sub="id", name="name", email="login", query={"fields": "id,type,name,login"}
    ),
    offline={},
    console_url="https://app.box.com/developers/console",
    console_hint="Platform App with User Authentication (OAuth 2.0): the URI, the fewest scopes.",
    colors=Colors(background="#0061d5", text="#fff", mark="white"),
)
