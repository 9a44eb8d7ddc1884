"""OpenStreetMap.  Docs: https://wiki.openstreetmap.org/wiki/OAuth."""

from dataclasses import replace

from ..oauth.claims import userinfo_claims
from ..oauth.errors import InvalidResponse
from ..oauth.provider import Claims, Colors, Grant, Provider

read_userinfo = userinfo_claims(sub="sub", preferred_username="preferred_username")


def claims(grant: Grant) -> Claims:
    """Quirk: the only name is `preferred_username`, which the ID Token does not have.

    Addresses are for apps of OpenStreetMap itself: they need the scope `read_email`.
    Source: https://wiki.openstreetmap.org/wiki/OAuth
    """
    found = read_userinfo(grant)
    if found.sub != grant.id_token["sub"]:
        raise InvalidResponse("userinfo has another sub than the ID Token")
    return replace(found, name=found.preferred_username)


PROVIDER = Provider(
    name="openstreetmap",
    label="OpenStreetMap",
    issuer="https://www.openstreetmap.org",
    # Libraries read the older API with `read_prefs`, which also shows preferences and the picture;
    # its `user.id` and `display_name` are these `sub` and `preferred_username`.
    scope="openid",
    auth_method="client_secret_post",
    # OpenStreetMap gives no refresh token: access tokens do not expire.
    claims=claims,
    console_url="https://www.openstreetmap.org/oauth2/applications",
    console_hint="Register new application; Confidential application; permission: Sign in.",
    loopback_host="127.0.0.1",
    # White on OpenStreetMap's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#7ebc6f"),
)
