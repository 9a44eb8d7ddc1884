"""SoundCloud.  Docs: https://developers.soundcloud.com/docs/api/guide."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: `Authorization: OAuth`; ids become `urn`, which holds the number of the older `id`.

    There is no e-mail address.
    Source: https://developers.soundcloud.com/blog/urn-num-to-string
    """
    user = grant.call(grant.metadata["userinfo_endpoint"], scheme="OAuth")
    urn = user.get("urn") or f"soundcloud:users:{as_sub(user['id'])}"
    return Claims(
        sub=as_sub(urn),
        name=user.get("full_name") or user.get("username"),
        preferred_username=user.get("username"),
        picture=user.get("avatar_url"),
    )


PROVIDER = Provider(
    name="soundcloud",
    label="SoundCloud",
    identity_issuer="https://soundcloud.com",
    # Most libraries still have the older soundcloud.com/connect.
    authorization_endpoint="https://secure.soundcloud.com/authorize",
    token_endpoint="https://secure.soundcloud.com/oauth/token",
    userinfo_endpoint="https://api.soundcloud.com/me",
    # There are no scopes; `non-expiring` of older libraries is gone.
    auth_method="client_secret_post",
    claims=claims,
    offline={},
    console_url="https://soundcloud.com/you/apps",
    console_hint="Register an app, with the redirect URI.",
    # White on SoundCloud's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff5500"),
)
