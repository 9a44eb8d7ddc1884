"""Asana.  Docs: https://developers.asana.com/docs/openid-connect."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

# Plain OAuth 2.0: the documented response to a code has no ID Token, and where there is one, it has
# no nonce (openiddict).  The userinfo endpoint is documented for any token with the scope `openid`.
# Libraries read /users/me, which needs more scopes; its `gid` is this `sub`, the user's id.
PROVIDER = Provider(
    name="asana",
    label="Asana",
    identity_issuer="https://app.asana.com",
    authorization_endpoint="https://app.asana.com/-/oauth_authorize",
    token_endpoint="https://app.asana.com/-/oauth_token",
    userinfo_endpoint="https://app.asana.com/api/1.0/openid_connect/userinfo",
    revocation_endpoint="https://app.asana.com/-/oauth_revoke",
    # Libraries use `default`, which is access to everything.
    scope="openid email profile",
    auth_method="client_secret_post",
    offline={},
    # Asana does not say whether an address is verified.
    claims=userinfo_claims(sub="sub", name="name", email="email", picture="picture"),
    console_url="https://app.asana.com/0/my-apps",
    console_hint="Create new app; OAuth: the redirect URL and the scopes openid, email, profile.",
    # White on Asana's coral has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#f06a6a"),
)
