"""Threads.  Docs: https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions."""

from typing import Any

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider
from ..oauth.token import bearer_by_default

FIELDS = "id,username,name,threads_profile_picture_url"


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: an error has an `error_type` and an `error_message`.  A success has no token_type.

    Source: https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions
    """
    if word := tokens.get("error_type"):
        return {**tokens, "error": word}
    return bearer_by_default(tokens)


def claims(grant: Grant) -> Claims:
    """Quirk: the access token is in the query, and the request lists its fields.

    There is no e-mail address.  The id is one for this app alone.
    Source: https://developers.facebook.com/docs/threads/threads-profiles
    """
    query = {"fields": FIELDS, "access_token": grant.tokens["access_token"]}
    user = grant.call(grant.metadata["userinfo_endpoint"], query=query, scheme="")
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name") or user.get("username"),
        preferred_username=user.get("username"),
        picture=user.get("threads_profile_picture_url"),
    )


PROVIDER = Provider(
    name="threads",
    label="Threads",
    identity_issuer="https://www.threads.net",
    # Libraries have the former threads.net; the API answers at both names.
    authorization_endpoint="https://threads.com/oauth/authorize",
    token_endpoint="https://graph.threads.net/oauth/access_token",
    # With a version, as in the guide; a library has none.
    userinfo_endpoint="https://graph.threads.net/v1.0/me",
    # Several may have commas between them.
    scope="threads_basic",
    # PKCE: unconfirmed; the guide does not mention it, and libraries send it.
    # There is no refresh token: a long-lived access token is renewed with itself.
    auth_method="client_secret_post",
    read_tokens=read_tokens,
    claims=claims,
    console_url="https://developers.facebook.com/apps",
    console_hint="Use case Access the Threads API; Settings: the redirect URI; the Threads app ID.",
    loopback_host="",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
