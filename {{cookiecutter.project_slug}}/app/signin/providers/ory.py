"""Ory.  Docs: https://www.ory.com/docs/oauth2-oidc/authorization-code-flow."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="ory",
    label="Ory",
    issuer="https://your-project.projects.oryapis.com",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # The client must also have the scope and the grant type refresh_token.
    offline={"scope": "offline_access"},
    # Ory refused select_account until June 2026: https://github.com/ory/docs/pull/2606
    choose_account={"prompt": "login"},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-project.projects.oryapis.com",
            example="acme-ab12cd.projects.oryapis.com",
        ),
    ),
    console_url="https://console.ory.com",
    console_hint="OAuth 2: create a client of type Server App, with the redirect URI.",
    colors=Colors(background="#4f46e5", text="#fff", mark="white"),
)
