"""start.gg.  Docs: https://developer.start.gg/docs/oauth/oauth-overview."""

from collections.abc import Mapping

import requests

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Client, Colors, Provider

QUERY = "query { currentUser { id name email player { gamerTag } images { url } } }"


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request repeats the scope.

    Source: https://developer.start.gg/docs/oauth/oauth-overview
    """
    request.data["scope"] = client.provider.scope


PROVIDER = Provider(
    name="startgg",
    label="start.gg",
    identity_issuer="https://start.gg",
    authorization_endpoint="https://start.gg/oauth/authorize",
    token_endpoint="https://api.start.gg/oauth/access_token",
    userinfo_endpoint="https://api.start.gg/gql/alpha",
    scope="user.identity user.email",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    edit_token_request=edit_token_request,
    # Whether the address is verified is not said.
    claims=userinfo_claims(
        sub="data.currentUser.id",
        name="data.currentUser.name",
        preferred_username="data.currentUser.player.gamerTag",
        email="data.currentUser.email",
        picture="data.currentUser.images.0.url",
        method="POST",
        json={"query": QUERY},
    ),
    offline={},
    console_url="https://start.gg/admin/profile/developer",
    console_hint="Developer Settings, OAuth Applications: create one, with the redirect URI.",
    colors=Colors(background="#2e75ba", text="#fff", mark="white"),
)
