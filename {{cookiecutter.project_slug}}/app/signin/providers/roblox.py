"""Roblox.  Docs: https://create.roblox.com/docs/cloud/auth/oauth2-reference."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="roblox",
    label="Roblox",
    # The slash at the end belongs to it.
    issuer="https://apis.roblox.com/oauth/",
    # There is no e-mail address: that scope is for Roblox's own apps.
    scope="openid profile",
    auth_method="client_secret_post",
    choose_account={"prompt": "select_account"},
    # The claims that its metadata lists have no auth_time.
    max_age=False,
    offline={},
    console_url="https://create.roblox.com/dashboard/credentials?activeTab=OAuthTab",
    console_hint="Create OAuth 2.0 App: scopes openid and profile, and the redirect URL.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
