"""LINE.  Docs: https://developers.line.biz/en/docs/line-login/integrate-line-login/."""

from collections.abc import Mapping

import requests

from ..oauth.provider import Claims, Client, Colors, Grant, Provider


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: only with this parameter a key signs the ID Token of a website, not the secret.

    LINE's own SDK sends it.
    Source: https://github.com/line/line-sdk-android/blob/master/line-sdk/src/main/java/com/linecorp/linesdk/internal/nwclient/LineAuthenticationApiClient.java
    """
    request.data |= {"id_token_key_type": "JWK"}


def claims(grant: Grant) -> Claims:
    """Quirk: the address is in the ID Token alone, and LINE does not say whether it is verified.

    Source: https://developers.line.biz/en/docs/line-login/verify-id-token/
    """
    signed = grant.id_token
    return Claims(
        sub=signed["sub"],
        name=signed.get("name"),
        email=signed.get("email"),
        picture=signed.get("picture"),
    )


PROVIDER = Provider(
    name="line",
    label="LINE",
    # OpenID Connect in place of the profile API, which most libraries ask: ID Tokens are signed.
    issuer="https://access.line.me",
    scope="openid profile email",
    auth_method="client_secret_post",
    # LINE documents consent as the value of prompt, but no select_account.
    choose_account={"disable_auto_login": "true"},
    edit_token_request=edit_token_request,
    claims=claims,
    offline={},
    console_url="https://developers.line.biz/console/",
    console_hint="LINE Login channel, Web app, with the URI; Basic settings: ask for the e-mail.",
    # White on LINE's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#06c755"),
)
