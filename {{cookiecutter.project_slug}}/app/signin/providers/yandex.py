"""Yandex.  Docs: https://yandex.com/dev/id/doc/en/codes/code-url."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the scheme is OAuth, not Bearer, and the picture is an id in an address.

    Yandex does not say whether `default_email` is verified.
    Source: https://yandex.com/dev/id/doc/en/user-information
    """
    user = grant.call(grant.metadata["userinfo_endpoint"], query={"format": "json"}, scheme="OAuth")
    avatar = None if user.get("is_avatar_empty") else user.get("default_avatar_id")
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("real_name") or user.get("display_name"),
        preferred_username=user.get("login"),
        email=user.get("default_email"),
        picture=f"https://avatars.yandex.net/get-yapic/{avatar}/islands-200" if avatar else None,
    )


PROVIDER = Provider(
    name="yandex",
    label="Yandex",
    identity_issuer="https://oauth.yandex.com",
    authorization_endpoint="https://oauth.yandex.com/authorize",
    token_endpoint="https://oauth.yandex.com/token",
    userinfo_endpoint="https://login.yandex.ru/info",
    # Its revocation wants the token as access_token, unlike RFC 7009, so it is not declared.
    scope="login:info login:email login:avatar",
    auth_method="client_secret_post",
    choose_account={"force_confirm": "yes"},
    claims=claims,
    offline={},
    console_url="https://oauth.yandex.com/client/new",
    console_hint="Web services, with the URI; rights login:info, login:email and login:avatar.",
    # White on Yandex's red has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#fc3f1d"),
)
