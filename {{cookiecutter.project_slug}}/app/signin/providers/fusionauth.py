"""FusionAuth.  Docs: https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="fusionauth",
    label="FusionAuth",
    # It is what the tenant has in its field Issuer.
    issuer="https://fusionauth.example.com",
    scope="openid profile email",
    # Facts disagree (post 2, Basic 1).  FusionAuth takes both, unless the application allows one.
    auth_method="client_secret_basic",
    # The application must also generate refresh tokens.
    offline={"scope": "offline_access"},
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://fusionauth.example.com",
            example="https://fusionauth.example.com",
        ),
    ),
    console_url="https://fusionauth.io/docs/get-started/core-concepts/applications",
    console_hint="Add an application; OAuth: the URI; JWT: an RSA or EC Id token signing key.",
    # White on FusionAuth's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#f58320"),
)
