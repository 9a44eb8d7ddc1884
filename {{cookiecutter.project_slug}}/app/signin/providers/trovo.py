"""Trovo.  Docs: https://developer.trovo.live/docs/APIs.html."""

from collections.abc import Mapping
from typing import Any

import requests

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Client, Colors, Grant, Provider


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request has a JSON body, and the client ID in a header.

    Source: https://developer.trovo.live/docs/APIs.html
    """
    request.headers["Client-ID"] = client.client_id
    request.json, request.data = request.data, {}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: the token_type is `OAuth`, which names the word before the token in requests.

    Source: https://developer.trovo.live/docs/APIs.html
    """
    known = str(tokens.get("token_type")).lower() == "oauth"
    return {**tokens, "token_type": "Bearer"} if known else tokens


def claims(grant: Grant) -> Claims:
    """Quirk: requests to the API carry the client ID.  Whether the address is verified is not said.

    Source: https://developer.trovo.live/docs/APIs.html
    """
    headers = {"Client-ID": grant.client.client_id}
    user = grant.call(grant.metadata["userinfo_endpoint"], headers=headers, scheme="OAuth")
    return Claims(
        sub=as_sub(user["userId"]),
        name=user.get("nickName"),
        preferred_username=user.get("userName"),
        email=user.get("email"),
        picture=user.get("profilePic"),
    )


PROVIDER = Provider(
    name="trovo",
    label="Trovo",
    identity_issuer="https://trovo.live",
    authorization_endpoint="https://open.trovo.live/page/login.html",
    token_endpoint="https://open-api.trovo.live/openplatform/exchangetoken",
    userinfo_endpoint="https://open-api.trovo.live/openplatform/getuserinfo",
    # Several would have plus signs between them.
    scope="user_details_self",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    edit_token_request=edit_token_request,
    read_tokens=read_tokens,
    claims=claims,
    # No `offline`: refresh tokens go to an endpoint of their own.
    console_url="https://developer.trovo.live",
    console_hint="Register an application, with the redirect URL; the review takes some days.",
    # White on Trovo's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#19d66b"),
)
