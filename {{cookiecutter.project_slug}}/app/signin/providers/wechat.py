"""WeChat.  Docs: https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html."""

from typing import Any

import requests

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Client, Colors, Grant, Provider
from ..oauth.token import bearer_by_default

ERRORS = {40029: "invalid_grant", 40163: "invalid_grant", 40125: "invalid_client"}


def authenticate(client: Client, request: requests.Request) -> None:
    """Quirk: the token request is a GET with `appid` and `secret` in the query.

    Source: https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html
    """
    query = {name: request.data[name] for name in ("grant_type", "code")}
    request.params = query | {"appid": client.client_id, "secret": client.client_secret}
    request.method, request.data = "GET", {}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: an error has an `errcode` and status 200.  A success has no token_type.

    Source: https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html
    """
    if code := tokens.get("errcode"):
        return {"error": ERRORS.get(code, str(code)) if isinstance(code, int) else "unknown"}
    return bearer_by_default(tokens)


def claims(grant: Grant) -> Claims:
    """Quirk: the access token is in the query.  There is no e-mail address.

    `openid` identifies the person in this app and is always present.  `unionid` is not, and using
    both would create two accounts for one person.  Nicknames may hold control characters, unlike
    JSON: https://github.com/NeverMin/omniauth-wechat-oauth2/issues/4
    Source: https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Authorized_Interface_Calling_UnionID.html
    """
    query = {"access_token": grant.tokens["access_token"], "openid": grant.tokens["openid"]}
    user = grant.call(grant.metadata["userinfo_endpoint"], query=query, scheme="")
    return Claims(
        sub=as_sub(user["openid"]), name=user.get("nickname"), picture=user.get("headimgurl")
    )


PROVIDER = Provider(
    name="wechat",
    label="WeChat",
    identity_issuer="https://open.weixin.qq.com",
    authorization_endpoint="https://open.weixin.qq.com/connect/qrconnect#wechat_redirect",
    token_endpoint="https://api.weixin.qq.com/sns/oauth2/access_token",
    userinfo_endpoint="https://api.weixin.qq.com/sns/userinfo",
    scope="snsapi_login",
    client_id_param="appid",
    # Cancelled sign-ins have no error code.  Usually WeChat does not redirect to the app at all.
    cancel_errors=(),
    # PKCE: not documented, and the GET has no parameter for a code_verifier.
    pkce=False,
    offline={},
    authenticate=authenticate,
    read_tokens=read_tokens,
    claims=claims,
    console_url="https://open.weixin.qq.com",
    console_hint="Website application, once approved: its callback domain, without a path.",
    loopback_host="",
    # White on WeChat's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#07c160"),
)
