"""Lichess.  Docs: https://lichess.org/api."""

from ..oauth.claims import as_sub, at_path
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the address is at a URL of its own; nothing says whether it is verified.

    `id` is the user name in lower case.  It is safe to know people by: Lichess neither changes a
    name (https://lichess.org/faq#change-username) nor gives one away again.
    Source: https://lichess.org/api
    """
    url = grant.metadata["userinfo_endpoint"]
    may_read = "email:read" in grant.client.provider.scope.split()
    user = grant.call(url)
    return Claims(
        sub=as_sub(user["id"]),
        name=at_path(user, "profile.realName") or user.get("username"),
        preferred_username=user.get("username"),
        email=grant.call(f"{url}/email").get("email") if may_read else None,
    )


PROVIDER = Provider(
    name="lichess",
    label="Lichess",
    identity_issuer="https://lichess.org",
    authorization_endpoint="https://lichess.org/oauth",
    token_endpoint="https://lichess.org/api/token",
    userinfo_endpoint="https://lichess.org/api/account",
    scope="email:read",
    # Apps are not registered, so they have no secret: PKCE alone protects the code.
    auth_method="none",
    claims=claims,
    console_hint="No registration: choose any client ID, such as the domain of your app.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
