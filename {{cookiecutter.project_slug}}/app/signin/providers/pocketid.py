"""Pocket ID.  Docs: https://pocket-id.org/docs/guides/oidc-client-authentication."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="pocketid",
    label="Pocket ID",
    issuer="https://id.example.com",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # It gives a refresh token for any scope:
    # https://github.com/pocket-id/pocket-id/blob/main/backend/internal/oidc/provider.go
    offline={},
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://id.example.com",
            example="https://id.example.com",
        ),
    ),
    console_url="https://pocket-id.org/docs/client-examples",
    console_hint="Administration, OIDC Clients: add one with the callback URL; allow user groups.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
