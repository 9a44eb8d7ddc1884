"""ClickUp.  Docs: https://developer.clickup.com/docs/authentication."""

from typing import Any

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider
from ..oauth.token import bearer_by_default

ERRORS = {"OAUTH_014": "invalid_grant"}


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: an error has an `ECODE` and a text `err`.  A success may have no token_type.

    Source: https://developer.clickup.com/docs/common_errors
    """
    if code := tokens.get("ECODE"):
        word = str(code)
        return {"error": ERRORS.get(word, word), "error_description": tokens.get("err")}
    return bearer_by_default(tokens)


PROVIDER = Provider(
    name="clickup",
    label="ClickUp",
    identity_issuer="https://clickup.com",
    authorization_endpoint="https://app.clickup.com/api",
    token_endpoint="https://api.clickup.com/api/v2/oauth/token",
    userinfo_endpoint="https://api.clickup.com/api/v2/user",
    # There are no scopes: people choose workspaces.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    read_tokens=read_tokens,
    claims=userinfo_claims(
        sub="user.id", name="user.username", email="user.email", picture="user.profilePicture"
    ),
    console_url="https://app.clickup.com/settings/apps",
    console_hint="Create new app, as an owner or admin of a workspace; add the URI.",
    # White on ClickUp's purple has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#7b68ee"),
)
