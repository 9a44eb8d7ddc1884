"""Battle.net.  Docs: https://develop.battle.net/documentation/guides/using-oauth/authorization-code-flow."""

from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the only name is the BattleTag, which can change.  There is no e-mail address.

    Source: https://github.com/nextauthjs/next-auth/pull/4015
    """
    signed = grant.id_token
    tag = signed.get("battle_tag")
    return Claims(sub=signed["sub"], name=tag, preferred_username=tag)


PROVIDER = Provider(
    name="battlenet",
    label="Battle.net",
    # All regions but China, whose server is https://oauth.battlenet.com.cn.
    issuer="https://oauth.battle.net",
    scope="openid",
    # PKCE: unconfirmed; neither guide nor metadata mention it.
    # State and nonce are demanded: https://github.com/nextauthjs/next-auth/issues/12869
    # The metadata lists no claims, and ID Tokens have no auth_time:
    # https://github.com/nextauthjs/next-auth/pull/4015
    max_age=False,
    # As in the guide; most libraries send the form.
    auth_method="client_secret_basic",
    # Blizzard documents no parameter for it.
    choose_account={},
    claims=claims,
    # Access tokens are valid for a day; the guide has no refresh token.
    console_url="https://develop.battle.net/access/clients",
    console_hint="Create Client, with the URI under Redirect URLs.",
    # White on Battle.net's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#148eff"),
)
