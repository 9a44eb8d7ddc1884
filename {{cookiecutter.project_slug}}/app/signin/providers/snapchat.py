"""Snapchat.  Docs: https://developers.snap.com/snap-kit/login-kit/overview."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

SCOPES = "https://auth.snapchat.com/oauth2/api/user."

PROVIDER = Provider(
    name="snapchat",
    label="Snapchat",
    identity_issuer="https://accounts.snapchat.com",
    # Login Kit; /login/oauth2/ of some libraries is the Marketing API.
    authorization_endpoint="https://accounts.snapchat.com/accounts/oauth2/auth",
    token_endpoint="https://accounts.snapchat.com/accounts/oauth2/token",
    userinfo_endpoint="https://kit.snapchat.com/v1/me",
    # There is no e-mail address.
    scope=f"{SCOPES}external_id {SCOPES}display_name {SCOPES}bitmoji.avatar",
    # PKCE is documented, though a library has it off.
    auth_method="client_secret_post",
    # The person may leave out the picture.
    claims=userinfo_claims(
        sub="data.me.externalId",
        name="data.me.displayName",
        picture="data.me.bitmoji.avatar",
        method="POST",
        json={"query": "{me{externalId displayName bitmoji{avatar}}}"},
    ),
    offline={},
    console_url="https://kit.snapchat.com/manage/",
    console_hint="Login Kit: confidential OAuth client, external ID, redirect URI; then a review.",
    loopback_host="",
    # White on Snapchat's yellow has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#fffc00"),
)
