"""HubSpot.  Docs: https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting
from ..oauth.token import bearer_by_default


def claims(grant: Grant) -> Claims:
    """Quirk: there is no profile, only what the access token stands for.

    `user_id` is the person's in all accounts (hubs), so it stands alone, though some libraries put
    the hub before it: https://knowledge.hubspot.com/help-and-resources/understand-hubspot-user-profiles
    It has neither name nor picture, and nothing says whether the address is verified.
    Source: https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/public-token/post-oauth-v3-token-introspect
    """
    client = grant.client
    form = {"client_id": client.client_id, "client_secret": client.client_secret}
    form |= {"token": grant.tokens["access_token"], "token_type_hint": "access_token"}
    found = grant.call(grant.metadata["userinfo_endpoint"], form=form, scheme="")
    return Claims(sub=as_sub(found["user_id"]), email=found.get("user"))


# Version 1, which most libraries use, ends in February 2027:
# https://developers.hubspot.com/changelog/v1-oauth-api-deprecation
PROVIDER = Provider(
    name="hubspot",
    label="HubSpot",
    identity_issuer="https://app.hubspot.com",
    authorization_endpoint="https://app.hubspot.com/oauth/authorize",
    token_endpoint="https://api.hubapi.com/oauth/v3/token",
    userinfo_endpoint="https://api.hubapi.com/oauth/v3/token/introspect",
    revocation_endpoint="https://api.hubapi.com/oauth/v3/token/revoke",
    scope="oauth",
    auth_method="client_secret_post",
    # Earlier versions gave no token_type.
    read_tokens=bearer_by_default,
    claims=claims,
    settings=(Setting(ending="API_VERSION", default="v3", example="2026-03"),),
    offline={},
    console_url="https://app.hubspot.com/developer-projects",
    console_hint="An app with OAuth, the URI as its redirect URL, and the scope oauth.",
    # White on HubSpot's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff7a59"),
)
