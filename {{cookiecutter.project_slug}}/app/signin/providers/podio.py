"""Podio.  Docs: https://developers.podio.com/authentication/server_side."""

from collections.abc import Mapping

import requests

from ..oauth.claims import as_sub, at_path
from ..oauth.provider import Claims, Client, Colors, Grant, Provider


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request has a JSON body.

    Source: https://developers.podio.com/authentication/server_side
    """
    request.json, request.data = request.data, {}


def claims(grant: Grant) -> Claims:
    """Quirk: `mail` is one of the `mails`, each of which says whether it is verified.

    The reference leaves `mails` out; Podio's own client has it.  The word before the token is
    `OAuth2`: https://developers.podio.com/authentication

    Source: https://github.com/podio/podio-dotnet
    """
    found = grant.call(grant.metadata["userinfo_endpoint"], scheme="OAuth2")
    user, mails = found["user"], at_path(found, "user.mails")
    return Claims(
        sub=as_sub(user["user_id"]),
        name=at_path(found, "profile.name"),
        email=user.get("mail"),
        email_verified=any(_verified(mail, user.get("mail")) for mail in mails or ()),
        picture=at_path(found, "profile.image.link"),
    )


def _verified(mail: object, address: object) -> bool:
    return at_path(mail, "mail") == address and at_path(mail, "verified") is True


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
    claims=claims,
    offline={},
    console_url="https://podio.com/settings/api",
    console_hint="Generate API key; the domain of the URI, without https://.",
    colors=Colors(background="#0e7280", text="#fff", mark="white"),
)
