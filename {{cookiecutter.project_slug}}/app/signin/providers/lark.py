"""Lark.  Docs: https://open.larksuite.com/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/get-user-access-token."""

from collections.abc import Mapping

import requests

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Client, Colors, Provider


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request has a JSON body.

    Source: https://open.larksuite.com/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/get-user-access-token
    """
    request.json, request.data = request.data, {}


PROVIDER = Provider(
    name="lark",
    label="Lark",
    identity_issuer="https://open.larksuite.com",
    # The newest of three generations of addresses, the only one that follows RFC 6749.
    authorization_endpoint="https://accounts.larksuite.com/open-apis/authen/v1/authorize",
    token_endpoint="https://open.larksuite.com/open-apis/authen/v2/oauth/token",
    userinfo_endpoint="https://open.larksuite.com/open-apis/authen/v1/user_info",
    # Without a scope the profile has no address.  With one that the app does not have, Lark
    # refuses the whole request, so the owner sets it: contact:user.email:readonly.
    auth_method="client_secret_post",
    edit_token_request=edit_token_request,
    # `open_id` identifies the person in this app.  `union_id`, which some libraries take, is for
    # data that several apps of one developer share:
    # https://open.larkoffice.com/document/home/user-identity-introduction/user-id.md
    # The address is what an admin wrote, and nobody checked:
    # https://open.larksuite.com/document/uAjLw4CM/ukTMukTMukTM/reference/authen-v1/user_info/get
    claims=userinfo_claims(
        sub="data.open_id",
        name="data.name",
        email="data.email",
        picture="data.avatar_url",
    ),
    offline={"scope": "offline_access"},
    console_url="https://open.larksuite.com/app",
    console_hint="Custom app: Security settings, Redirect URLs: the URI; then release a version.",
    # White on Lark's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#3370ff"),
)
