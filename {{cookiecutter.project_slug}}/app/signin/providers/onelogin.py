"""OneLogin.  Docs: https://developers.onelogin.com/openid-connect."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="onelogin",
    label="OneLogin",
    # Version 2; issuers without the number are older.
    issuer="https://your-company.onelogin.com/oidc/2",
    scope="openid profile email",
    # An app has one method; Basic is what a new one has.
    auth_method="client_secret_basic",
    # `email_verified` comes only if an administrator maps it to an attribute of the user.
    # https://developers.onelogin.com/openid-connect/guides/email-verified
    # Refresh token: unconfirmed; it is a setting of the app.
    # select_account: unconfirmed; OneLogin does not document it.
    choose_account={"prompt": "login"},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-company.onelogin.com",
            example="acme.onelogin.com",
        ),
    ),
    console_url="https://developers.onelogin.com/openid-connect/connect-to-onelogin",
    console_hint="Applications: OpenId Connect (OIDC), type Web; Configuration: the redirect URI.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
