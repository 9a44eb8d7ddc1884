"""Kakao.  Docs: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api."""

from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the name is `nickname`.

    An ID Token has an address only if Kakao has verified it and it is still valid.
    Source: https://developers.kakao.com/docs/latest/ko/kakaologin/rest-api#request-token-response-id-token
    """
    signed = grant.id_token
    return Claims(
        sub=signed["sub"],
        name=signed.get("nickname"),
        email=signed.get("email"),
        email_verified="email" in signed,
        picture=signed.get("picture"),
    )


PROVIDER = Provider(
    name="kakao",
    label="Kakao",
    # OpenID Connect in place of the profile API, which most libraries ask: ID Tokens are signed.
    issuer="https://kauth.kakao.com",
    # With commas, as documented.
    scope="openid,profile_nickname,profile_image,account_email",
    # It is not among the documented parameters, while auth_time is in every ID Token.
    # https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#request-code
    max_age=False,
    auth_method="client_secret_post",
    claims=claims,
    offline={},
    console_url="https://developers.kakao.com/console/app",
    console_hint="Kakao Login on, with OpenID Connect; consent to nickname, picture and e-mail.",
    # White on Kakao's yellow has too little contrast; its guide has black on yellow.
    colors=Colors(background="#fee500", text="#191919", mark="black"),
)
