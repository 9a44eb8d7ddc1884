"""Trakt.  Docs: https://docs.trakt.tv/reference/authentication."""

from ..oauth.claims import as_sub, at_path
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: requests to the API carry the client ID.  Only the settings have an unchanging id.

    The profile, which most libraries read, has a `slug` that follows the user name.
    Source: https://docs.trakt.tv/docs/required-headers
    """
    headers = {"trakt-api-version": "2", "trakt-api-key": grant.client.client_id}
    settings = grant.call(grant.metadata["userinfo_endpoint"], headers=headers)
    user = settings["user"]
    return Claims(
        sub=as_sub(user["ids"]["uuid"]),
        name=user.get("name"),
        preferred_username=user.get("username"),
        picture=at_path(user, "images.avatar.full"),
    )


PROVIDER = Provider(
    name="trakt",
    label="Trakt",
    identity_issuer="https://trakt.tv",
    authorization_endpoint="https://trakt.tv/oauth/authorize",
    token_endpoint="https://api.trakt.tv/oauth/token",
    userinfo_endpoint="https://api.trakt.tv/users/settings",
    revocation_endpoint="https://api.trakt.tv/oauth/revoke",
    # There are no scopes, and no e-mail address.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    claims=claims,
    offline={},
    console_url="https://trakt.tv/oauth/applications/new",
    console_hint="Needs Trakt VIP.  New application; one Redirect URI on each line.",
    colors=Colors(background="#9f42c6", text="#fff", mark="white"),
)
