"""Eventbrite.  Docs: https://www.eventbrite.com/platform/api#/introduction/authentication."""

from typing import Any

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: addresses are a list, which says of each whether it is primary and verified.

    Source: https://www.eventbrite.com/platform/api#/reference/user/retrieve/retrieve-information-about-your-user-account
    """
    user = grant.call(grant.metadata["userinfo_endpoint"])
    primary: dict[str, Any] = next(filter(_is_primary, user.get("emails") or []), {})
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name"),
        email=primary.get("email"),
        email_verified=primary.get("verified") is True,
    )


def _is_primary(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("primary") is True


PROVIDER = Provider(
    name="eventbrite",
    label="Eventbrite",
    identity_issuer="https://www.eventbrite.com",
    authorization_endpoint="https://www.eventbrite.com/oauth/authorize",
    token_endpoint="https://www.eventbrite.com/oauth/token",
    # With a slash, as the reference has it.
    userinfo_endpoint="https://www.eventbriteapi.com/v3/users/me/",
    # Without a scope: Eventbrite documents none, though one library asks for `user.profile`.
    # Without a picture: `image_id` is only a number, and the address that libraries make of it is
    # not documented.
    # PKCE: unconfirmed; the guide does not mention it.
    pkce=True,
    auth_method="client_secret_post",
    # Refresh token: it gives none; access tokens do not expire.
    claims=claims,
    console_url="https://www.eventbrite.com/account-settings/apps",
    console_hint="Create API Key, with the OAuth Redirect URI.",
    # White on Eventbrite's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#f05537"),
)
