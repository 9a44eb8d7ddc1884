"""authentik.  Docs: https://docs.goauthentik.io/add-secure-apps/providers/oauth2/."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="authentik",
    label="authentik",
    # Each application has its own issuer.  It ends with a slash.
    issuer="https://authentik.example.com/application/o/your-app/",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # `email_verified` is true only if the administrator maps it so: since 2025.10 the default says
    # false.  Older versions say true of every address, also of one that a person has chosen.
    # https://docs.goauthentik.io/add-secure-apps/providers/oauth2/verify-email-address/
    # authentik ignores select_account.
    # https://github.com/goauthentik/authentik/blob/main/authentik/providers/oauth2/views/authorize.py
    choose_account={"prompt": "login"},
    offline={"scope": "offline_access"},
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://authentik.example.com",
            example="https://authentik.example.com",
        ),
        Setting(ending="SLUG", required=True, default="your-app", example="my-app"),
    ),
    console_url="https://docs.goauthentik.io/add-secure-apps/providers/oauth2/create-oauth2-provider/",
    console_hint="Application with an OAuth2/OIDC provider: confidential, with a signing key.",
    # White on authentik's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#fd4b2d"),
)
