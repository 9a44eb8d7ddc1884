"""Auth0.  Docs: https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="auth0",
    label="Auth0",
    # It ends with a slash.
    issuer="https://your-tenant.us.auth0.com/",
    scope="openid profile email",
    auth_method="client_secret_post",
    # Auth0 documents none, login and consent for its own login page, but no select_account.
    choose_account={"prompt": "login"},
    # The application must also have the grant type Refresh Token.
    offline={"scope": "offline_access"},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-tenant.us.auth0.com",
            example="acme.eu.auth0.com",
        ),
    ),
    console_url="https://manage.auth0.com/#/applications",
    console_hint="Create Application, Regular Web Applications; Settings: Allowed Callback URLs.",
    # White on Auth0's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#eb5424"),
)
