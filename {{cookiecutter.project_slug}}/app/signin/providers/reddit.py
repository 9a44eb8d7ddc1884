"""Reddit.  Docs: https://github.com/reddit-archive/reddit/wiki/OAuth2."""

from collections.abc import Mapping
from html import unescape

import requests

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Client, Colors, Grant, Provider


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: each app must have a User-Agent of its own; common ones are limited.

    Source: https://github.com/reddit-archive/reddit/wiki/API
    """
    request.headers["User-Agent"] = _user_agent(client)


def claims(grant: Grant) -> Claims:
    """Quirk: addresses in the answer are written for HTML, with `&amp;` in them.

    There is no e-mail address.  `id` never changes.  User names cannot be changed either, but are
    not used.
    Source: https://www.reddit.com/dev/api#response_body_encoding
    """
    headers = {"User-Agent": _user_agent(grant.client)}
    user = grant.call(grant.metadata["userinfo_endpoint"], headers=headers)
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name"),
        preferred_username=user.get("name"),
        picture=unescape(user.get("icon_img") or ""),
    )


def _user_agent(client: Client) -> str:
    return f"web:{client.client_id}:v1 (sign-in)"


PROVIDER = Provider(
    name="reddit",
    label="Reddit",
    identity_issuer="https://www.reddit.com",
    authorization_endpoint="https://www.reddit.com/api/v1/authorize",
    token_endpoint="https://www.reddit.com/api/v1/access_token",
    userinfo_endpoint="https://oauth.reddit.com/api/v1/me",
    revocation_endpoint="https://www.reddit.com/api/v1/revoke_token",
    scope="identity",
    # PKCE: unconfirmed; the guide does not mention it, and a library sends it.
    auth_method="client_secret_basic",
    edit_token_request=edit_token_request,
    claims=claims,
    offline={"duration": "permanent"},
    console_url="https://www.reddit.com/prefs/apps",
    console_hint="Type web app, with the URI; new apps need Reddit's approval first.",
    # White on Reddit's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff4500"),
)
