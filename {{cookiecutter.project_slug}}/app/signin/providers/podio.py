"""Podio.  Docs: https://developers.podio.com/authentication/server_side."""

from collections.abc import Mapping

import requests

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Client, Colors, Provider


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request has a JSON body.

    Source: https://developers.podio.com/authentication/username_password
    """
    request.json, request.data = request.data, {}


PROVIDER = Provider(
    name="podio",
    label="Podio",
    identity_issuer="https://podio.com",
    authorization_endpoint="https://podio.com/oauth/authorize",
    # Libraries have the first version, at podio.com; the guides have this one, with JSON.
    token_endpoint="https://api.podio.com/oauth/token/v2",
    userinfo_endpoint="https://api.podio.com/user/status",
    # A scope for the profile alone: unconfirmed; libraries send none.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    edit_token_request=edit_token_request,
    # Podio's own scheme in the Authorization header: https://developers.podio.com/authentication
    claims=userinfo_claims(
        sub="user.user_id",
        name="profile.name",
        email="user.mail",
        picture="profile.image.link",
        scheme="OAuth2",
    ),
    offline={},
    console_url="https://podio.com/settings/api",
    console_hint="Generate API key; the domain of the URI, without https://.",
    colors=Colors(background="#0e7280", text="#fff", mark="white"),
)
