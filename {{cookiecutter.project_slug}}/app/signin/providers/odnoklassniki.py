"""Odnoklassniki.  Docs: https://apiok.ru/en/ext/oauth/server."""

from hashlib import md5
from typing import Any

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting

FIELDS = ("uid", "name", "email", "pic_3")


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: the token_type is `session`; the token stands in the form, not in a header.

    Source: https://apiok.ru/en/ext/oauth/server
    """
    return tokens if "error" in tokens else {**tokens, "token_type": "Bearer"}


def claims(grant: Grant) -> Claims:
    """Quirk: each call is signed, with MD5, and names the application's public key.

    Nothing says whether the address is verified.
    Source: https://apiok.ru/en/dev/methods
    """
    client, token = grant.client, grant.tokens["access_token"]
    form = {
        "application_key": client.settings["PUBLIC_KEY"],
        "fields": ",".join(FIELDS),
        "format": "json",
        "method": "users.getCurrentUser",
    }
    # The parameters stand in the order of their names.
    signed = "".join(f"{name}={value}" for name, value in form.items())
    form["sig"] = _md5(signed + _md5(token + client.client_secret))
    url = grant.metadata["userinfo_endpoint"]
    user = grant.call(url, form={**form, "access_token": token}, scheme="")
    return Claims(
        sub=as_sub(user["uid"]),
        name=user.get("name"),
        email=user.get("email"),
        picture=user.get("pic_3"),
    )


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


PROVIDER = Provider(
    name="odnoklassniki",
    label="Odnoklassniki",
    identity_issuer="https://ok.ru",
    authorization_endpoint="https://connect.ok.ru/oauth/authorize",
    token_endpoint="https://api.ok.ru/oauth/token.do",
    userinfo_endpoint="https://api.ok.ru/fb.do",
    # With a semicolon, as documented.
    scope="VALUABLE_ACCESS;GET_EMAIL",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    read_tokens=read_tokens,
    claims=claims,
    offline={},
    settings=(Setting(ending="PUBLIC_KEY", required=True, example="CABCDEFGHIJKLMNOP"),),
    console_url="https://ok.ru/vitrine/myuploaded",
    console_hint="Add an external app with OAuth and the URI; ask the support for GET_EMAIL.",
    # White on its orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ee8208"),
)
