"""Instagram.  Docs: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login."""

from typing import Any

from ..oauth.claims import as_sub, at_path
from ..oauth.provider import Claims, Colors, Grant, Provider
from ..oauth.token import bearer_by_default


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: the answer is documented as a list in `data`, and has no token_type.

    An error has an `error_type` and an `error_message`.
    Source: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
    """
    if word := tokens.get("error_type"):
        return {"error": word, "error_description": tokens.get("error_message")}
    first = at_path(tokens, "data.0")
    return bearer_by_default(first if isinstance(first, dict) else tokens)


def claims(grant: Grant) -> Claims:
    """Quirk: the profile is documented as a list in `data`, but comes without one as well.

    There is no e-mail address.  `user_id` is the account's; `id` is another one in each app.
    Source: https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/get-started
    """
    query = {"fields": "user_id,username,name,profile_picture_url"}
    answer = grant.call(grant.metadata["userinfo_endpoint"], query=query)
    user = at_path(answer, "data.0") or answer
    return Claims(
        sub=as_sub(at_path(user, "user_id")),
        name=user.get("name"),
        preferred_username=user.get("username"),
        picture=user.get("profile_picture_url"),
    )


PROVIDER = Provider(
    name="instagram",
    label="Instagram",
    identity_issuer="https://www.instagram.com",
    authorization_endpoint="https://www.instagram.com/oauth/authorize",
    token_endpoint="https://api.instagram.com/oauth/access_token",
    userinfo_endpoint="https://graph.instagram.com/me",
    # Several would have commas between them.
    scope="instagram_business_basic",
    # PKCE: unconfirmed; the guide does not mention it, and libraries send it.
    auth_method="client_secret_post",
    read_tokens=read_tokens,
    claims=claims,
    # There is no refresh token: the access token itself is exchanged for a longer one.
    console_url="https://developers.facebook.com/apps",
    console_hint="Business app, Instagram, API setup with Instagram login: business login.",
    loopback_host="",
    # White on Instagram's pink has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff0069"),
)
