"""MusicBrainz.  Docs: https://musicbrainz.org/doc/Development/OAuth2."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="musicbrainz",
    label="MusicBrainz",
    identity_issuer="https://musicbrainz.org",
    authorization_endpoint="https://musicbrainz.org/oauth2/authorize",
    token_endpoint="https://musicbrainz.org/oauth2/token",
    userinfo_endpoint="https://musicbrainz.org/oauth2/userinfo",
    revocation_endpoint="https://musicbrainz.org/oauth2/revoke",
    # Some libraries ask for the profile alone, and get no address.
    scope="profile email",
    auth_method="client_secret_post",
    # `sub` is the user name there, which can change.
    claims=userinfo_claims(
        sub="metabrainz_user_id",
        name="sub",
        preferred_username="sub",
        email="email",
        email_verified="email_verified",
    ),
    offline={"access_type": "offline"},
    console_url="https://musicbrainz.org/account/applications/register",
    console_hint="Type Web Application; add the URI as Callback URI.",
    colors=Colors(background="#ba478f", text="#fff", mark="white"),
)
