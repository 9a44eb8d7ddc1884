"""QQ.  Docs: https://wiki.connect.qq.com/."""

from typing import Any

import requests

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Client, Colors, Grant, Provider
from ..oauth.token import bearer_by_default

ERRORS = {
    100008: "invalid_client",
    100009: "invalid_client",
    100010: "redirect_uri_mismatch",
    100019: "invalid_grant",
    100020: "invalid_grant",
}


def authenticate(client: Client, request: requests.Request) -> None:
    """Quirk: the token request is a GET, and the answer is JSON only where it is asked for.

    Source: https://wiki.connect.qq.com/%E4%BD%BF%E7%94%A8authorization_code%E8%8E%B7%E5%8F%96access_token
    """
    ours = {"client_id": client.client_id, "client_secret": client.client_secret, "fmt": "json"}
    request.params, request.method, request.data = request.data | ours, "GET", {}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: an error is a number, with status 200.  A success has no token_type.

    Source: https://wiki.connect.qq.com/%E5%85%AC%E5%85%B1%E8%BF%94%E5%9B%9E%E7%A0%81%E8%AF%B4%E6%98%8E
    """
    if code := tokens.get("error"):
        word = ERRORS.get(code, str(code)) if isinstance(code, int) else "unknown"
        return {**tokens, "error": word}
    return bearer_by_default(tokens)


def claims(grant: Grant) -> Claims:
    """Quirk: one call says who it is, another one what the profile is.  There is no address.

    `openid` identifies the person in this app.  `unionid` needs a permission of its own.
    Source: https://wiki.connect.qq.com/%E8%8E%B7%E5%8F%96%E7%94%A8%E6%88%B7openid_oauth2-0
    """
    token = {"access_token": grant.tokens["access_token"]}
    url = grant.metadata["token_endpoint"].removesuffix("token") + "me"
    openid = as_sub(grant.call(url, query=token | {"fmt": "json"}, scheme="")["openid"])
    query = token | {"oauth_consumer_key": grant.client.client_id, "openid": openid}
    user = grant.call(grant.metadata["userinfo_endpoint"], query=query, scheme="")
    # The larger picture is not always there.
    picture = user.get("figureurl_qq_2") or user.get("figureurl_qq_1")
    return Claims(sub=openid, name=user["nickname"], picture=picture)


PROVIDER = Provider(
    name="qq",
    label="QQ",
    identity_issuer="https://graph.qq.com",
    authorization_endpoint="https://graph.qq.com/oauth2.0/authorize",
    token_endpoint="https://graph.qq.com/oauth2.0/token",
    userinfo_endpoint="https://graph.qq.com/user/get_user_info",
    scope="get_user_info",
    # A cancelled sign-in: unconfirmed, the guide has no word for it.
    # PKCE: not documented, and the GET has no parameter for a code_verifier.
    pkce=False,
    authenticate=authenticate,
    read_tokens=read_tokens,
    claims=claims,
    offline={},
    console_url="https://connect.qq.com/manage.html",
    console_hint="Website application, once approved: its callback, the URI.",
    loopback_host="",
    # White on QQ's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#1ebafc"),
)
