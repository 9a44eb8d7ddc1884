"""Kinde.  Docs: https://docs.kinde.com/developer-tools/about/using-kinde-without-an-sdk/."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="kinde",
    label="Kinde",
    issuer="https://your-business.kinde.com",
    scope="openid profile email",
    # Its guide sends the secret by post; one of two libraries uses Basic.
    auth_method="client_secret_post",
    # Libraries also ask for address and phone, which a login does not need.
    offline={"scope": "offline"},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-business.kinde.com",
            example="acme.kinde.com",
        ),
    ),
    console_url="https://app.kinde.com",
    console_hint="Add application, type Back-end web; Details: the allowed callback URL.",
    colors=Colors(background="#0f0f0f", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
