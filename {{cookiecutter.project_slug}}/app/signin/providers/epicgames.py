"""Epic Games.  Docs: https://dev.epicgames.com/docs/web-api-ref/authentication."""

import requests
from requests.auth import HTTPBasicAuth

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Client, Colors, Provider


def authenticate(client: Client, request: requests.Request) -> None:
    """Quirk: client ID and secret are not form-encoded before they are put in the header.

    Source: https://dev.epicgames.com/docs/web-api-ref/authentication
    """
    request.auth = HTTPBasicAuth(client.client_id, client.client_secret)


PROVIDER = Provider(
    name="epicgames",
    label="Epic Games",
    identity_issuer="https://www.epicgames.com",
    # Its OpenID Connect metadata describes v1, the guide v2, and does not list the scope openid:
    # aspnet-contrib/AspNet.Security.OAuth.Providers#766.  A nonce is not documented.
    authorization_endpoint="https://www.epicgames.com/id/authorize",
    token_endpoint="https://api.epicgames.dev/epic/oauth/v2/token",
    userinfo_endpoint="https://api.epicgames.dev/epic/oauth/v2/userInfo",
    revocation_endpoint="https://api.epicgames.dev/epic/oauth/v2/revoke",
    # There is no e-mail address, except by a contract with Epic Games.
    scope="basic_profile",
    # PKCE: unconfirmed; a library sends it.
    auth_method="client_secret_basic",
    authenticate=authenticate,
    # `name`, which a library reads, is not in the answer: the display name has this field.
    claims=userinfo_claims(
        sub="sub", name="preferred_username", preferred_username="preferred_username"
    ),
    offline={},
    console_url="https://dev.epicgames.com/portal",
    console_hint="Epic Account Services: an application, Basic Profile; the client has the URI.",
    colors=Colors(background="#313131", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
