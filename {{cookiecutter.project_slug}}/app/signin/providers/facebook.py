"""Facebook.  Docs: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow."""

import hmac
from typing import Any

from ..oauth.claims import as_sub, at_path
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting

# Meta ends a version about two years after the next one.
VERSION = "v24.0"
# Codes and subcodes of the token endpoint's errors.
ERRORS = {
    "1": "invalid_client",
    "101": "invalid_client_id",
    "36007": "invalid_grant",
    "36008": "redirect_uri_mismatch",
    "36009": "invalid_grant",
}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: an error is an object with a code, and sometimes a subcode.

    Source: https://developers.facebook.com/docs/graph-api/guides/error-handling
    """
    error = tokens.get("error")
    if not isinstance(error, dict):
        return tokens
    found = (ERRORS.get(str(error.get(name))) for name in ("error_subcode", "code"))
    word = next(filter(None, found), None)
    return {**error, "error": word} if word else tokens


def claims(grant: Grant) -> Claims:
    """Quirk: the request lists its fields and is signed with the app secret (`appsecret_proof`).

    Facebook does not say whether an address is verified, so it counts as unverified.
    Source: https://developers.facebook.com/docs/graph-api/guides/secure-requests
    """
    secret = grant.client.client_secret.encode()
    proof = hmac.digest(secret, grant.tokens["access_token"].encode(), "sha256").hex()
    user = grant.call(
        grant.metadata["userinfo_endpoint"],
        query={"fields": "id,name,email,picture", "appsecret_proof": proof},
    )
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name"),
        email=user.get("email"),
        picture=at_path(user, "picture.data.url"),
    )


PROVIDER = Provider(
    name="facebook",
    label="Facebook",
    identity_issuer="https://www.facebook.com",
    authorization_endpoint=f"https://www.facebook.com/{VERSION}/dialog/oauth",
    token_endpoint=f"https://graph.facebook.com/{VERSION}/oauth/access_token",
    userinfo_endpoint=f"https://graph.facebook.com/{VERSION}/me",
    scope="public_profile email",
    auth_method="client_secret_post",
    # Facebook gives no refresh token, and revokes by a DELETE, unlike RFC 7009.
    read_tokens=read_tokens,
    claims=claims,
    settings=(Setting(ending="API_VERSION", default=VERSION, example=VERSION),),
    console_url="https://developers.facebook.com/apps",
    console_hint="Use case Authenticate and request data; Facebook Login, Settings: add the URI.",
    client_id_pattern=r"\d{8,20}",
    colors=Colors(background="#0866ff", text="#fff", mark="white"),
)
