"""Yahoo.  Docs: https://developer.yahoo.com/oauth2/guide/openid_connect/getting_started.html."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="yahoo",
    label="Yahoo",
    issuer="https://api.login.yahoo.com",
    scope="openid profile email",
    # PKCE: not in the guide, but some apps are refused without it: mustang-im/mustang#162.
    auth_method="client_secret_basic",
    # The guide names this one and `consent`.
    choose_account={"prompt": "login"},
    offline={},
    console_url="https://developer.yahoo.com/apps/create/",
    console_hint="Confidential Client; OpenID Connect Permissions: Email and Profile.",
    loopback_host="",
    colors=Colors(background="#6001d2", text="#fff", mark="white"),
)
