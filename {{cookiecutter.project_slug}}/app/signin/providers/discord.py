"""Discord.  Docs: https://discord.com/developers/docs/topics/oauth2."""

from ..oauth.claims import as_sub, claim_is_true
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the picture is a hash, which makes a part of its address.

    `verified` is about the address.  People without a display name have only a user name.
    Source: https://discord.com/developers/docs/resources/user#user-object
    """
    user = grant.call(grant.metadata["userinfo_endpoint"])
    sub, avatar = as_sub(user["id"]), user.get("avatar")
    return Claims(
        sub=sub,
        name=user.get("global_name") or user.get("username"),
        preferred_username=user.get("username"),
        email=user.get("email"),
        email_verified=claim_is_true(user.get("verified")),
        picture=f"https://cdn.discordapp.com/avatars/{sub}/{avatar}.png" if avatar else None,
    )


PROVIDER = Provider(
    name="discord",
    label="Discord",
    identity_issuer="https://discord.com",
    authorization_endpoint="https://discord.com/oauth2/authorize",
    token_endpoint="https://discord.com/api/oauth2/token",
    userinfo_endpoint="https://discord.com/api/users/@me",
    revocation_endpoint="https://discord.com/api/oauth2/token/revoke",
    # Its OpenID Connect (scope openid) is not documented for signing people in, and its metadata
    # lists no claims.
    scope="identify email",
    auth_method="client_secret_post",
    claims=claims,
    offline={},
    console_url="https://discord.com/developers/applications",
    console_hint="New Application; OAuth2: Reset Secret, and add the URI under Redirects.",
    client_id_pattern=r"\d{17,20}",
    colors=Colors(background="#5865f2", text="#fff", mark="white"),
)
