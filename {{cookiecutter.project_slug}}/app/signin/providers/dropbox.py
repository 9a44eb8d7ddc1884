"""Dropbox.  Docs: https://developers.dropbox.com/oidc-guide."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="dropbox",
    label="Dropbox",
    issuer="https://www.dropbox.com",
    # OpenID Connect in place of the account API, which most libraries ask.  It has no picture.
    scope="openid profile email",
    # ID Tokens have no nonce: https://github.com/openid/AppAuth-iOS/issues/824
    nonce=False,
    # Dropbox refused a parameter that it did not know, and there is no auth_time to check:
    # https://github.com/FormidableLabs/react-native-app-auth/issues/645
    max_age=False,
    auth_method="client_secret_post",
    choose_account={"force_reauthentication": "true"},
    offline={"token_access_type": "offline"},
    console_url="https://www.dropbox.com/developers/apps",
    console_hint="Create app; Settings: the URI; Permissions: openid, profile and email.",
    colors=Colors(background="#0061ff", text="#fff", mark="white"),
)
