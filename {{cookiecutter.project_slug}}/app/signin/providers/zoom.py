"""Zoom.  Docs: https://developers.zoom.us/docs/integrations/oauth/."""

from ..oauth.claims import as_sub, full_name
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: `verified` is a number; 1 means that the address is verified.

    Source: https://developers.zoom.us/docs/api/users/#tag/users/GET/users/{userId}
    """
    user = grant.call(grant.metadata["userinfo_endpoint"])
    names = {"given_name": user.get("first_name"), "family_name": user.get("last_name")}
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("display_name") or full_name(names),
        email=user.get("email"),
        email_verified=user.get("verified") == 1,
        picture=user.get("pic_url"),
    )


PROVIDER = Provider(
    name="zoom",
    label="Zoom",
    identity_issuer="https://zoom.us",
    authorization_endpoint="https://zoom.us/oauth/authorize",
    token_endpoint="https://zoom.us/oauth/token",
    userinfo_endpoint="https://api.zoom.us/v2/users/me",
    revocation_endpoint="https://zoom.us/oauth/revoke",
    # The name of the scope in new apps; older ones have user:read.
    scope="user:read:user",
    auth_method="client_secret_basic",
    claims=claims,
    offline={},
    console_url="https://marketplace.zoom.us/user/build",
    console_hint="General App, user-managed; the URI, in the allow list too; user:read:user.",
    colors=Colors(background="#0b5cff", text="#fff", mark="white"),
)
