"""Vimeo.  Docs: https://developer.vimeo.com/api/authentication."""

from ..oauth.errors import InvalidResponse
from ..oauth.provider import Claims, Colors, Grant, Provider

USERS = "/users/"


def claims(grant: Grant) -> Claims:
    """Quirk: the only id is an address within the API, `/users/` and a number.

    Source: https://developer.vimeo.com/api/reference/users
    """
    user = grant.call(
        grant.metadata["userinfo_endpoint"],
        query={"fields": "uri,name,pictures.base_link"},
        headers={"Accept": "application/vnd.vimeo.*+json;version=3.4"},
    )
    number = user["uri"].removeprefix(USERS)
    # Elsewhere Vimeo also writes /users/name.
    if not number.isdecimal():
        raise InvalidResponse("the profile has no usable id")
    # `base_link` is the whole picture; libraries take one of its `sizes`.
    pictures = user.get("pictures") or {}
    return Claims(sub=number, name=user.get("name"), picture=pictures.get("base_link"))


PROVIDER = Provider(
    name="vimeo",
    label="Vimeo",
    identity_issuer="https://vimeo.com",
    authorization_endpoint="https://api.vimeo.com/oauth/authorize",
    token_endpoint="https://api.vimeo.com/oauth/access_token",
    userinfo_endpoint="https://api.vimeo.com/me",
    scope="public",
    # Without an address: Vimeo documents no scope that gives one.
    # PKCE: unconfirmed; the guide does not mention it.
    pkce=True,
    # The guide uses Basic; most libraries use post.
    auth_method="client_secret_basic",
    # Vimeo gives no refresh token: access tokens do not expire.
    claims=claims,
    console_url="https://developer.vimeo.com/apps",
    console_hint="Create an app; Edit settings: the callback URL.",
    # White on Vimeo's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#1ab7ea"),
)
