"""Zalo.  Docs: https://developers.zalo.me/docs/social-api/tham-khao/user-access-token-v4."""

from typing import Any

import requests

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Claims, Client, Colors, Grant, Provider
from ..oauth.token import bearer_by_default


def authenticate(client: Client, request: requests.Request) -> None:
    """Quirk: the client secret is in a header of its own.

    Source: https://hainh.me/zalo-api-php-lay-access-token.html
    """
    request.data["app_id"] = client.client_id
    request.headers = {"secret_key": client.client_secret}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: an error is a number, with status 200.  A success has no token_type.

    Source: https://developers.zalo.me/docs/social-api/tham-khao/user-access-token-v4
    """
    if code := tokens.get("error"):
        return {**tokens, "error": str(code)}
    return bearer_by_default(tokens)


def claims(grant: Grant) -> Claims:
    """Quirk: the access token is in a header of its own.  There is no e-mail address.

    `id` identifies the person in this app.
    Source: https://hainh.me/zalo-api-php-lay-access-token.html
    """
    read = userinfo_claims(
        sub="id",
        name="name",
        picture="picture.data.url",
        query={"fields": "id,name,picture"},
        headers={"access_token": grant.tokens["access_token"]},
        scheme="",
    )
    return read(grant)


PROVIDER = Provider(
    name="zalo",
    label="Zalo",
    identity_issuer="https://oauth.zaloapp.com",
    # Version 4; version 3, which a library still uses, had no PKCE.
    authorization_endpoint="https://oauth.zaloapp.com/v4/permission",
    token_endpoint="https://oauth.zaloapp.com/v4/access_token",
    userinfo_endpoint="https://graph.zalo.me/v2.0/me",
    client_id_param="app_id",
    # A cancelled sign-in: unconfirmed, the guide has no word for it.
    authenticate=authenticate,
    read_tokens=read_tokens,
    claims=claims,
    offline={},
    console_url="https://developers.zalo.me/apps",
    console_hint="Create an app, verify its domain; Login, Web: the URI; then activate the app.",
    loopback_host="",
    colors=Colors(background="#0068ff", text="#fff", mark="white"),
)
