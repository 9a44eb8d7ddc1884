"""Notion.  Docs: https://developers.notion.com/docs/authorization."""

from collections.abc import Mapping

import requests

from ..oauth.claims import as_sub, at_path
from ..oauth.provider import Claims, Client, Colors, Grant, Provider
from ..oauth.token import bearer_by_default


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request has a JSON body.

    Source: https://developers.notion.com/reference/create-a-token
    """
    request.json, request.data = request.data, {}


def claims(grant: Grant) -> Claims:
    """Quirk: the profile is in the token response, not only at /v1/users/me, which libraries ask.

    It has the address if the integration may read it.  Notion does not say whether it is verified.
    Source: https://developers.notion.com/reference/create-a-token
    """
    user = grant.tokens["owner"]["user"]
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name"),
        email=at_path(user, "person.email"),
        picture=user.get("avatar_url"),
    )


PROVIDER = Provider(
    name="notion",
    label="Notion",
    identity_issuer="https://api.notion.com",
    authorization_endpoint="https://api.notion.com/v1/oauth/authorize",
    token_endpoint="https://api.notion.com/v1/oauth/token",
    authorization_params={"owner": "user"},
    # There are no scopes: the integration's capabilities say what it may read.
    # PKCE: unconfirmed, not in the guide; other libraries send it.
    pkce=True,
    auth_method="client_secret_basic",
    edit_token_request=edit_token_request,
    # The token response of the guide has no token_type.
    read_tokens=bearer_by_default,
    # Notion revokes tokens too, but takes JSON there, unlike RFC 7009.
    offline={},
    claims=claims,
    console_url="https://www.notion.so/profile/integrations",
    console_hint="New integration, type Public; capabilities: user information with e-mail.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
