"""Etsy.  Docs: https://developers.etsy.com/documentation/essentials/authentication."""

import re

from ..oauth.errors import InvalidResponse
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: the number before the dot of the access token is the user's, and names the profile.

    Requests to the API carry both parts of the app's key.  The answer must be about that user.
    Source: https://developers.etsy.com/documentation/essentials/authentication
    """
    ours, number = grant.client, grant.tokens["access_token"].partition(".")[0]
    # It becomes part of an address, and only that.
    if not re.fullmatch(r"\w+", number, re.ASCII):
        raise InvalidResponse("the access token does not begin with a user's number")
    user = grant.call(
        f"{grant.metadata['userinfo_endpoint']}/{number}",
        headers={"x-api-key": f"{ours.client_id}:{ours.settings['SHARED_SECRET']}"},
    )
    if str(user["user_id"]) != number:
        raise InvalidResponse("the profile is about another user")
    names = filter(None, (user.get("first_name"), user.get("last_name")))
    return Claims(
        sub=number,
        name=" ".join(names),
        email=user.get("primary_email"),
        picture=user.get("image_url_75x75"),
    )


PROVIDER = Provider(
    name="etsy",
    label="Etsy",
    identity_issuer="https://www.etsy.com",
    authorization_endpoint="https://www.etsy.com/oauth/connect",
    token_endpoint="https://api.etsy.com/v3/public/oauth/token",
    userinfo_endpoint="https://openapi.etsy.com/v3/application/users",
    # Some libraries ask /users/me, which gives the number alone.
    scope="email_r profile_r",
    # The token endpoint takes no secret, but PKCE; the API takes the secret with each request.
    auth_method="none",
    offline={},
    claims=claims,
    settings=(
        Setting(ending="SHARED_SECRET", required=True, secret=True, example="the shared secret"),
    ),
    console_url="https://www.etsy.com/developers/your-apps",
    console_hint="Create a New App; the keystring is the client ID; Etsy approves each app.",
    loopback_host="",
    # White on Etsy's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#f16521"),
)
