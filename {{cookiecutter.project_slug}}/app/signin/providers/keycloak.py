"""Keycloak.  Docs: https://www.keycloak.org/securing-apps/oidc-layers."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="keycloak",
    label="Keycloak",
    issuer="https://keycloak.example.com/realms/master",
    scope="openid profile email",
    # Keycloak takes Basic as well.
    auth_method="client_secret_post",
    # There is one account at a time: https://github.com/keycloak/keycloak/issues/42064
    choose_account={"prompt": "login"},
    offline={},
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://keycloak.example.com",
            example="https://keycloak.example.com",
        ),
        Setting(ending="REALM", default="master", example="acme"),
    ),
    console_url="https://www.keycloak.org/docs/latest/server_admin/#_oidc_clients",
    console_hint="Clients, Create client: OpenID Connect, with Client authentication on.",
    colors=Colors(background="#4d4d4d", text="#fff", mark="white"),
    dark_colors=Colors(background="#4d4d4d", text="#fff", border="#8c8c8c", mark="white"),
)
