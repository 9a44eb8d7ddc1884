"""DingTalk.  Docs: https://open.dingtalk.com/document/orgapp/obtain-identity-credentials."""

from collections.abc import Mapping
from typing import Any

import requests

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Client, Colors, Grant, Provider
from ..oauth.token import bearer_by_default

ERRORS = {"invalidClientIdOrSecret": "invalid_client", "invalidAuthCode": "invalid_grant"}
ASKED = {"client_id": "clientId", "client_secret": "clientSecret", "grant_type": "grantType"}
ASKED |= {"code": "code", "refresh_token": "refreshToken"}
GIVEN = {"accessToken": "access_token", "refreshToken": "refresh_token", "expireIn": "expires_in"}


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request has a JSON body with names of its own.

    Source: https://open.dingtalk.com/document/orgapp/obtain-user-token
    """
    request.json = {ASKED[name]: v for name, v in request.data.items() if name in ASKED}
    request.data = {}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: the answer has names of its own, and errors have a `code`.

    Source: https://open.dingtalk.com/document/orgapp/obtain-user-token
    """
    if "accessToken" in tokens:
        return bearer_by_default({GIVEN.get(name, name): v for name, v in tokens.items()})
    code = str(tokens.get("code") or "unknown")
    return {"error": ERRORS.get(code, code), "error_description": tokens.get("message")}


def claims(grant: Grant) -> Claims:
    """Quirk: the access token has a header of its own.

    `openId` identifies the person in this app; `unionId`, which some libraries take, does so in all
    apps of one developer.  Nothing says whether the address is verified.
    Source: https://open.dingtalk.com/document/orgapp/dingtalk-retrieve-user-information
    """
    headers = {"x-acs-dingtalk-access-token": grant.tokens["access_token"]}
    user = grant.call(grant.metadata["userinfo_endpoint"], headers=headers, scheme="")
    return Claims(
        sub=as_sub(user["openId"]),
        name=user.get("nick"),
        email=user.get("email"),
        picture=user.get("avatarUrl"),
    )


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
    # The guide shows this one alone; some libraries read `code`, so both are accepted.
    code_param="authCode",
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
