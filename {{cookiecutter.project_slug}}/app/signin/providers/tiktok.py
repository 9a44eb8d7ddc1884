"""TikTok.  Docs: https://developers.tiktok.com/doc/login-kit-web."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the request lists its fields, and the profile is nested in `data`.

    There is no e-mail address.  `open_id` identifies the person in this app.  `union_id` does so in
    all apps of one developer, but would change if the app moved to another developer.
    Source: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info
    """
    query = {"fields": "open_id,display_name,avatar_url"}
    user = grant.call(grant.metadata["userinfo_endpoint"], query=query)["data"]["user"]
    return Claims(
        sub=as_sub(user["open_id"]), name=user.get("display_name"), picture=user.get("avatar_url")
    )


PROVIDER = Provider(
    name="tiktok",
    label="TikTok",
    identity_issuer="https://www.tiktok.com",
    # All three URLs end with a slash.
    authorization_endpoint="https://www.tiktok.com/v2/auth/authorize/",
    token_endpoint="https://open.tiktokapis.com/v2/oauth/token/",
    userinfo_endpoint="https://open.tiktokapis.com/v2/user/info/",
    scope="user.info.basic",
    client_id_param="client_key",
    # PKCE: unconfirmed.  The web guide does not mention it, some apps are refused without it, and
    # the desktop guide requires the challenge in hex, unlike RFC 7636.
    pkce=True,
    auth_method="client_secret_post",
    # Refresh token: always.  It revokes tokens too, but wants `client_key`, unlike RFC 7009.
    offline={},
    choose_account={"disable_auto_auth": "1"},
    claims=claims,
    console_url="https://developers.tiktok.com/apps",
    console_hint="Add Login Kit, platform Web, with the URI.",
    loopback_host="",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
