"""Asgardeo.  Docs: https://wso2.com/asgardeo/docs/guides/authentication/oidc/."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="asgardeo",
    label="Asgardeo",
    # Each organization has its own issuer, which is also the token endpoint.
    issuer="https://api.asgardeo.io/t/your-organization/oauth2/token",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # The application must have the grant type Refresh Token; then it always gives one.
    offline={},
    settings=(
        Setting(
            ending="ORGANIZATION",
            required=True,
            default="your-organization",
            example="acme",
        ),
    ),
    console_url="https://console.asgardeo.io",
    console_hint="Traditional Web Application, OIDC; User Attributes: choose those of the scopes.",
    # White on WSO2's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff7300"),
)
