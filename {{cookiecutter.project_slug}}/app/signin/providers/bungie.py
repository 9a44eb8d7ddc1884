"""Bungie.  Docs: https://github.com/Bungie-net/api/wiki/OAuth-Documentation."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: requests to the API carry an API key; the answer is wrapped, the picture a path.

    There is no e-mail address.
    Source: https://github.com/Bungie-net/api/wiki/OAuth-Documentation
    """
    headers = {"X-API-Key": grant.client.settings["API_KEY"]}
    user = grant.call(grant.metadata["userinfo_endpoint"], headers=headers)["Response"]
    picture = user.get("profilePicturePath")
    return Claims(
        sub=as_sub(user["membershipId"]),
        name=user.get("displayName"),
        preferred_username=user.get("uniqueName"),
        picture=f"https://www.bungie.net/{picture.lstrip('/')}" if picture else None,
    )


PROVIDER = Provider(
    name="bungie",
    label="Bungie",
    identity_issuer="https://www.bungie.net",
    # Libraries differ in upper and lower case, and in the slash at the end; this is the guide's.
    authorization_endpoint="https://www.bungie.net/en/OAuth/Authorize",
    token_endpoint="https://www.bungie.net/Platform/App/OAuth/token/",
    # As current clients have it; the libraries ask for accounts in its games.
    userinfo_endpoint="https://www.bungie.net/Platform/User/GetCurrentBungieNetUser/",
    # The scope is chosen at the registration.
    # PKCE: unconfirmed; the guide does not mention it, and a library sends it.
    auth_method="client_secret_basic",
    claims=claims,
    settings=(Setting(ending="API_KEY", required=True, secret=True, example="the API key"),),
    offline={},
    console_url="https://www.bungie.net/en/Application",
    console_hint="Create New App: OAuth client type Confidential, with the redirect URL.",
    loopback_host="",
    colors=Colors(background="#0075bb", text="#fff", mark="white"),
)
