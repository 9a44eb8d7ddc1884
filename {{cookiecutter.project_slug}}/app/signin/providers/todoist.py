"""Todoist.  Docs: https://developer.todoist.com/api/v1/#tag/Authorization."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="todoist",
    label="Todoist",
    identity_issuer="https://todoist.com",
    # Libraries name todoist.com and the Sync API v9; both are from before API v1:
    # https://developer.todoist.com/api/v1/#tag/Authorization
    authorization_endpoint="https://app.todoist.com/oauth/authorize",
    token_endpoint="https://api.todoist.com/oauth/access_token",
    userinfo_endpoint="https://api.todoist.com/api/v1/user",
    # There is no smaller scope.  With more than one, commas separate them.
    scope="data:read",
    # PKCE: unconfirmed; the guide does not mention it, some libraries send it.
    # Refresh token: unconfirmed; the documented answer has none.
    auth_method="client_secret_post",
    claims=userinfo_claims(sub="id", name="full_name", email="email", picture="avatar_big"),
    console_url="https://app.todoist.com/app/settings/integrations/app-management",
    console_hint="Create a new app; add the URI as OAuth redirect URL.",
    # White on Todoist's red has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#e44332"),
)
