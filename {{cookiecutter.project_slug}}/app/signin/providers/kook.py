"""KOOK.  Docs: https://developer.kookapp.cn/doc/reference."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="kook",
    label="KOOK",
    identity_issuer="https://www.kookapp.cn",
    authorization_endpoint="https://www.kookapp.cn/app/oauth2/authorize",
    token_endpoint="https://www.kookapp.cn/api/oauth2/token",
    userinfo_endpoint="https://www.kookapp.cn/api/v3/user/me",
    scope="get_user_info",
    # PKCE: unconfirmed; no library sends it.
    auth_method="client_secret_post",
    # There is no e-mail address.
    claims=userinfo_claims(sub="data.id", name="data.username", picture="data.avatar"),
    # Refresh token: unconfirmed.
    console_url="https://developer.kookapp.cn/app/index",
    console_hint="New application; OAuth2: the URI.",
    # White on KOOK's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#87eb00"),
)
