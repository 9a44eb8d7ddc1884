"""Zoho.  Docs: https://www.zoho.com/accounts/protocol/oauth/multi-dc/client-authorization.html."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import requests

from ..oauth.claims import as_sub
from ..oauth.errors import InvalidCallback
from ..oauth.provider import Claims, Client, Colors, Grant, Provider

ENDS = {"us": "com", "eu": "eu", "in": "in", "au": "com.au", "jp": "jp", "uk": "uk", "sa": "sa"}
SERVERS = {name: f"https://accounts.zoho.{end}" for name, end in ENDS.items()}
SERVERS |= {"cn": "https://accounts.zoho.com.cn", "ca": "https://accounts.zohocloud.ca"}
CENTERS = {server: name for name, server in SERVERS.items()}


def at_data_center(url: str, callback: Mapping[str, str]) -> tuple[str, str]:
    """Quirk: the response names the person's data centre; only that one accepts the code.

    A response can be forged, so the code is sent only to Zoho's own servers.
    Source: https://www.zoho.com/accounts/protocol/oauth/multi-dc/client-authorization.html
    """
    declared = url.removesuffix(urlsplit(url).path)
    server = callback.get("accounts-server") or SERVERS.get(callback.get("location", ""), declared)
    if server not in (declared, *CENTERS):
        raise InvalidCallback("accounts-server is not one of Zoho's", reason="unknown_server")
    return CENTERS.get(server, "us"), server + urlsplit(url).path


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: each data centre has its own token endpoint.

    Source: https://www.zoho.com/accounts/protocol/oauth/multi-dc/client-authorization.html
    """
    request.url = at_data_center(request.url, callback)[1]


def claims(grant: Grant) -> Claims:
    """Quirk: field names are capitalized.

    Neither a verified address nor a globally unique ZUID is documented.
    Source: https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html
    """
    center, url = at_data_center(grant.metadata["userinfo_endpoint"], grant.callback)
    user = grant.call(url)  # As Bearer: unconfirmed; guides of its products say Zoho-oauthtoken.
    sub = f"{center}:{as_sub(user['ZUID'])}"
    return Claims(sub=sub, name=user.get("Display_Name"), email=user.get("Email"))


PROVIDER = Provider(
    name="zoho",
    label="Zoho",
    identity_issuer="https://accounts.zoho.com",
    authorization_endpoint="https://accounts.zoho.com/oauth/v2/auth",
    token_endpoint="https://accounts.zoho.com/oauth/v2/token",
    userinfo_endpoint="https://accounts.zoho.com/oauth/user/info",
    scope="AaaServer.profile.READ",
    callback_params=("accounts-server", "location"),
    auth_method="client_secret_post",
    edit_token_request=edit_token_request,
    claims=claims,
    # Zoho revokes tokens, but names two endpoints in its guides, and takes a query.
    offline={"access_type": "offline", "prompt": "consent"},
    console_url="https://api-console.zoho.com",
    console_hint="Server-based Application; Settings: all data centres, with the same secret.",
    colors=Colors(background="#fff", text="#1f1f1f", border="#e42527"),
)
