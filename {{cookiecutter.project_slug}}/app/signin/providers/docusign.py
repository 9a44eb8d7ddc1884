"""Docusign.  Docs: https://developers.docusign.com/platform/auth/reference/user-info."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider, Setting

# Plain OAuth 2.0: ID Tokens have no nonce, and the metadata spells `openid` otherwise (openiddict).
# The userinfo endpoint is documented for any valid token.
PROVIDER = Provider(
    name="docusign",
    label="Docusign",
    identity_issuer="https://account.docusign.com",
    authorization_endpoint="https://account.docusign.com/oauth/auth",
    token_endpoint="https://account.docusign.com/oauth/token",
    userinfo_endpoint="https://account.docusign.com/oauth/userinfo",
    # Libraries ask for `signature`, which lets an app send documents.  That `openid` is enough:
    # unconfirmed.
    scope="openid",
    auth_method="client_secret_basic",
    # Docusign documents only prompt=login.
    choose_account={"prompt": "login"},
    offline={},
    # Docusign does not say whether an address is verified.
    claims=userinfo_claims(sub="sub", name="name", email="email"),
    settings=(
        # The other server is for developers, with other people and other keys.
        Setting(ending="DOMAIN", default="account.docusign.com", example="account-d.docusign.com"),
    ),
    console_url="https://apps-d.docusign.com/admin/apps-and-keys",
    console_hint="Add App and Integration Key: Authorization Code Grant, secret key, redirect URI.",
    # Docusign's violet (unconfirmed).
    colors=Colors(background="#4c00ff", text="#fff", mark="white"),
)
