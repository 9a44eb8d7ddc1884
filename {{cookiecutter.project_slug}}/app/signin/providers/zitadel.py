"""ZITADEL.  Docs: https://zitadel.com/docs/guides/integrate/login/oidc/login-users."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="zitadel",
    label="ZITADEL",
    issuer="https://your-instance.zitadel.cloud",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # An app has one method; libraries disagree (Basic 2, post 1, none 1).
    # `email_verified` is the user's own mark, which a new address loses until it is verified.
    # The app must also allow the grant type Refresh Token.
    offline={"scope": "offline_access"},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-instance.zitadel.cloud",
            example="acme-ab12cd.zitadel.cloud",
        ),
    ),
    console_url="https://zitadel.com/docs/guides/manage/console/applications",
    console_hint="New application, type Web, authentication method Code (with a secret).",
    # ZITADEL's own pages are black and white.
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
