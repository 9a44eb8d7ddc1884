"""osu!.  Docs: https://osu.ppy.sh/docs/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="osu",
    label="osu!",
    identity_issuer="https://osu.ppy.sh",
    authorization_endpoint="https://osu.ppy.sh/oauth/authorize",
    token_endpoint="https://osu.ppy.sh/oauth/token",
    userinfo_endpoint="https://osu.ppy.sh/api/v2/me",
    # There is no e-mail address.
    scope="identify",
    # PKCE: unconfirmed; the guide does not mention it, and two of four libraries send it.
    auth_method="client_secret_post",
    # User names can be changed.
    claims=userinfo_claims(
        sub="id", name="username", preferred_username="username", picture="avatar_url"
    ),
    offline={},
    console_url="https://osu.ppy.sh/home/account/edit#oauth",
    console_hint="OAuth: New OAuth Application, with the callback URL.",
    # White on osu!'s pink has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff66aa"),
)
