"""Withings.  Docs: https://developer.withings.com/developer-guide/v3/integration-guide/public-health-data-api/get-access/oauth-web-flow."""

from collections.abc import Mapping
from typing import Any

import requests

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Client, Colors, Grant, Provider

ERRORS = {"401": "invalid_client", "503": "invalid_grant"}


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token endpoint does several things, and is told which.

    Source: https://developer.withings.com/api-reference/#tag/oauth2/operation/oauth2-getaccesstoken
    """
    request.data["action"] = "requesttoken"


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: the tokens are in `body`.  An error has another `status` than 0, and HTTP status 200.

    Source: https://developer.withings.com/api-reference/#tag/response_status
    """
    if status := tokens.get("status"):
        said = tokens.get("error")
        return {"error": ERRORS.get(str(status), str(status)), "error_description": said}
    body: dict[str, Any] = tokens.get("body", tokens)
    return body


def claims(grant: Grant) -> Claims:
    """Quirk: the token response names the person.  There is no profile.

    Source: https://developer.withings.com/api-reference/#tag/oauth2/operation/oauth2-getaccesstoken
    """
    return Claims(sub=as_sub(grant.tokens["userid"]))


PROVIDER = Provider(
    name="withings",
    label="Withings",
    identity_issuer="https://account.withings.com",
    authorization_endpoint="https://account.withings.com/oauth2_user/authorize2",
    token_endpoint="https://wbsapi.withings.net/v2/oauth2",
    scope="user.info",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    edit_token_request=edit_token_request,
    read_tokens=read_tokens,
    claims=claims,
    offline={},
    console_url="https://developer.withings.com/dashboard/",
    console_hint="Create an application, Public API integration; the URI has to be reachable.",
    loopback_host="",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
