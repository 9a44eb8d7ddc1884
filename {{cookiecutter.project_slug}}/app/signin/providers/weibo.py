"""Weibo.  Docs: https://open.weibo.com/wiki/Oauth2/access_token."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider
from ..oauth.token import bearer_by_default


def claims(grant: Grant) -> Claims:
    """Quirk: the request names the person, whose id is in the token response, and the token.

    Addresses are for apps with a permission of their own only.
    Source: https://open.weibo.com/wiki/2/users/show
    """
    uid = as_sub(grant.tokens["uid"])
    query = {"access_token": grant.tokens["access_token"], "uid": uid}
    user = grant.call(grant.metadata["userinfo_endpoint"], query=query, scheme="")
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name") or user.get("screen_name"),
        picture=user.get("avatar_large"),
    )


PROVIDER = Provider(
    name="weibo",
    label="Weibo",
    identity_issuer="https://www.weibo.com",
    authorization_endpoint="https://api.weibo.com/oauth2/authorize",
    token_endpoint="https://api.weibo.com/oauth2/access_token",
    userinfo_endpoint="https://api.weibo.com/2/users/show.json",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    read_tokens=bearer_by_default,
    claims=claims,
    # Source: https://open.weibo.com/wiki/Oauth2/authorize
    choose_account={"forcelogin": "true"},
    console_url="https://open.weibo.com/apps",
    console_hint="Website app, once approved: Advanced settings, OAuth2.0: the URI.",
    loopback_host="127.0.0.1",
    colors=Colors(background="#e6162d", text="#fff", mark="white"),
)
