"""Clerk.  Docs: https://clerk.com/docs/advanced-usage/clerk-idp."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="clerk",
    label="Clerk",
    # Each instance has its own issuer: its Frontend API.
    issuer="https://your-app.clerk.accounts.dev",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # Refresh token: the application must allow the scope.
    offline={"scope": "offline_access"},
    # Clerk refuses select_account: https://github.com/QuackbackIO/quackback/pull/347
    choose_account={"prompt": "login"},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-app.clerk.accounts.dev",
            example="clerk.example.com",
        ),
    ),
    console_url="https://dashboard.clerk.com/last-active?path=oauth-applications",
    console_hint="Add OAuth application: the redirect URI; scopes openid, profile, email.",
    colors=Colors(background="#6c47ff", text="#fff", mark="white"),
)
