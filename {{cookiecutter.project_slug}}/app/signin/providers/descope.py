"""Descope.  Docs: https://docs.descope.com/identity-federation/applications/oidc-apps/oidc-endpoints."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="descope",
    label="Descope",
    # The issuer of the project's default application.
    issuer="https://api.descope.com/your-project-id",
    scope="openid profile email",
    auth_method="client_secret_post",
    # Refresh token: unconfirmed.
    settings=(
        Setting(
            ending="PROJECT_ID",
            required=True,
            default="your-project-id",
            example="P2aBcDeFgHiJkLmNoPqRsTuVwXyZ",
        ),
    ),
    console_url="https://app.descope.com/applications",
    console_hint="The default OIDC application: Confidential; its domain among Approved Domains.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
