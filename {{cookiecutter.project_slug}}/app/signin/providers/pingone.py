"""PingOne.  Docs: https://docs.pingidentity.com/pingone/applications/p1_application_types.html."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="pingone",
    label="PingOne",
    # Each environment has its own issuer, in one of several regions.
    issuer="https://auth.pingone.com/your-environment-id/as",
    scope="openid profile email",
    # Facts disagree: Basic 2, post 2.  Basic is what a new application has.
    auth_method="client_secret_basic",
    # The application must have the grant type Refresh Token; then it always gives one.
    offline={},
    # select_account: unconfirmed; PingOne does not document it.
    choose_account={"prompt": "login"},
    settings=(
        Setting(
            ending="ENVIRONMENT_ID",
            required=True,
            default="your-environment-id",
            example="00001111-aaaa-2222-bbbb-3333cccc4444",
        ),
        Setting(ending="DOMAIN", default="auth.pingone.com", example="auth.pingone.eu"),
    ),
    console_url="https://console.pingone.com",
    console_hint="Applications: OIDC Web App; Resources: the scopes profile and email.",
    # Ping Identity's red.
    colors=Colors(background="#b3282d", text="#fff", mark="white"),
)
