"""Douyin.  Docs: https://developer.open-douyin.com/docs/resource/zh-CN/dop/develop/sdk/web-app/web/permission."""

from typing import Any

from ..oauth.claims import as_sub, at_path
from ..oauth.provider import Claims, Colors, Grant, Provider

ERRORS = {10003: "invalid_client", 10007: "invalid_grant", 10013: "invalid_client"}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: tokens and errors are in `data`, both with status 200.

    Source: https://developer.open-douyin.com/docs/resource/zh-CN/dop/develop/openapi/account-permission/get-access-token
    """
    data = tokens.get("data")
    if not isinstance(data, dict) or data.get("error_code"):
        code = at_path(data, "error_code")
        word = ERRORS.get(code, str(code)) if isinstance(code, int) else "unknown"
        return {"error": word, "error_description": at_path(data, "description")}
    return {**data, "token_type": "Bearer"}


def claims(grant: Grant) -> Claims:
    """Quirk: the profile request is a form with the access token and the person's id.

    `open_id` identifies the person in this app; `union_id` would change with the app's owner.
    There is no e-mail address.
    Source: https://developer.open-douyin.com/docs/resource/zh-CN/dop/develop/openapi/account-permission/get-account-open-info
    """
    form = {name: grant.tokens[name] for name in ("access_token", "open_id")}
    user = grant.call(grant.metadata["userinfo_endpoint"], form=form, scheme="")["data"]
    return Claims(
        sub=as_sub(user["open_id"]), name=user.get("nickname"), picture=user.get("avatar")
    )


PROVIDER = Provider(
    name="douyin",
    label="Douyin",
    identity_issuer="https://open.douyin.com",
    # All three URLs end with a slash.
    authorization_endpoint="https://open.douyin.com/platform/oauth/connect/",
    token_endpoint="https://open.douyin.com/oauth/access_token/",
    userinfo_endpoint="https://open.douyin.com/oauth/userinfo/",
    scope="user_info",
    client_id_param="client_key",
    # A cancelled sign-in: unconfirmed, the guide has no word for it.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    read_tokens=read_tokens,
    claims=claims,
    offline={},
    console_url="https://developer.open-douyin.com/console",
    console_hint="Website application, once approved: its callback, the URI; permission user_info.",
    loopback_host="",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
