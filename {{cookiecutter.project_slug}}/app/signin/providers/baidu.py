"""Baidu.  Docs: https://openauth.baidu.com/doc/doc.html."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider
from ..oauth.token import bearer_by_default


def claims(grant: Grant) -> Claims:
    """Quirk: the access token is in the query, and the picture is an id.  There is no address.

    `openid` identifies the person in this app.  It has replaced `uid` and `userid`, which libraries
    still read.
    Source: https://openauth.baidu.com/doc/openid.html
    """
    query = {"access_token": grant.tokens["access_token"]}
    user = grant.call(grant.metadata["userinfo_endpoint"], query=query, scheme="")
    portrait = user.get("portrait")
    return Claims(
        sub=as_sub(user["openid"]),
        name=user.get("username"),
        picture=f"https://himg.bdimg.com/sys/portrait/item/{portrait}" if portrait else None,
    )


PROVIDER = Provider(
    name="baidu",
    label="Baidu",
    identity_issuer="https://openapi.baidu.com",
    authorization_endpoint="https://openapi.baidu.com/oauth/2.0/authorize",
    token_endpoint="https://openapi.baidu.com/oauth/2.0/token",
    # The guide names this one; getLoggedInUser, which libraries use, is from before `openid`.
    userinfo_endpoint="https://openapi.baidu.com/rest/2.0/passport/users/getInfo",
    scope="basic",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    read_tokens=bearer_by_default,
    claims=claims,
    offline={},
    choose_account={"force_login": "1"},
    console_url="https://developer.baidu.com/console",
    console_hint="Create a project; Security settings: the URI as callback address.",
    colors=Colors(background="#2932e1", text="#fff", mark="white"),
)
