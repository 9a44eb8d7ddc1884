"""DingTalk.  Docs: https://open.dingtalk.com/document/orgapp/obtain-identity-credentials."""

from collections.abc import Mapping
from typing import Any

import requests

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Claims, Client, Colors, Grant, Provider

ERRORS = {"invalidClientIdOrSecret": "invalid_client", "invalidAuthCode": "invalid_grant"}


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request has a JSON body with names of its own.

    Source: https://open.dingtalk.com/document/orgapp/obtain-user-token
    """
    ours = {"clientId": client.client_id, "clientSecret": client.client_secret}
    theirs = {"code": request.data["code"], "grantType": "authorization_code"}
    request.json, request.data = ours | theirs, {}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: the answer has names of its own, and errors have a `code`.

    Source: https://open.dingtalk.com/document/orgapp/obtain-user-token
    """
    if token := tokens.get("accessToken"):
        return {"access_token": token, "token_type": "Bearer"}
    code = str(tokens.get("code") or "unknown")
    return {"error": ERRORS.get(code, code), "error_description": tokens.get("message")}


def claims(grant: Grant) -> Claims:
    """Quirk: the access token has a header of its own.

    `openId` identifies the person in this app.  Nothing says whether the address is verified.
    Source: https://open.dingtalk.com/document/orgapp/dingtalk-retrieve-user-information
    """
    read = userinfo_claims(
        sub="openId",
        name="nick",
        email="email",
        picture="avatarUrl",
        headers={"x-acs-dingtalk-access-token": grant.tokens["access_token"]},
        scheme="",
    )
    return read(grant)


PROVIDER = Provider(
    name="dingtalk",
    label="DingTalk",
    identity_issuer="https://login.dingtalk.com",
    authorization_endpoint="https://login.dingtalk.com/oauth2/auth",
    token_endpoint="https://api.dingtalk.com/v1.0/oauth2/userAccessToken",
    userinfo_endpoint="https://api.dingtalk.com/v1.0/contact/users/me",
    # With corpid, people would have to choose an organization.
    scope="openid",
    # The guide requires it.
    authorization_params={"prompt": "consent"},
    # PKCE: not documented, and the JSON has no member for a code_verifier.
    pkce=False,
    auth_method="client_secret_post",
    edit_token_request=edit_token_request,
    read_tokens=read_tokens,
    claims=claims,
    offline={},
    console_url="https://open-dev.dingtalk.com/",
    console_hint="App, Security settings: the URI; Permissions: Contact.User.Read.",
    # White on DingTalk's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#1677ff"),
)
