"""AniList.  Docs: https://docs.anilist.co/guide/auth/authorization-code."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="anilist",
    label="AniList",
    identity_issuer="https://anilist.co",
    authorization_endpoint="https://anilist.co/api/v2/oauth/authorize",
    token_endpoint="https://anilist.co/api/v2/oauth/token",
    userinfo_endpoint="https://graphql.anilist.co",
    # There are no scopes, no e-mail address and no refresh token.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # User names can be changed.
    claims=userinfo_claims(
        sub="data.Viewer.id",
        name="data.Viewer.name",
        preferred_username="data.Viewer.name",
        picture="data.Viewer.avatar.large",
        method="POST",
        json={"query": "{ Viewer { id name avatar { large } } }"},
    ),
    console_url="https://anilist.co/settings/developer",
    console_hint="Developer: Create New Client, with the redirect URL.",
    # White on AniList's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#02a9ff"),
)
