"""Logto.  Docs: https://docs.logto.io/integrate-logto/third-party-applications/oidc-oauth-third-party-applications."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="logto",
    label="Logto",
    issuer="https://your-tenant.logto.app/oidc",
    scope="openid profile email",
    # Facts disagree: Basic 1, post 1.  Logto takes both.
    auth_method="client_secret_basic",
    # It gives a refresh token only together with the consent page.
    offline={"scope": "offline_access", "prompt": "consent"},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-tenant.logto.app",
            example="ab12cd.logto.app",
        ),
    ),
    console_url="https://cloud.logto.io",
    console_hint="Create application, type Traditional web, with the redirect URI.",
    # Logto's purple.
    colors=Colors(background="#5d34f2", text="#fff", mark="white"),
)
