"""Miro.  Docs: https://developers.miro.com/docs/getting-started-with-oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="miro",
    label="Miro",
    identity_issuer="https://miro.com",
    authorization_endpoint="https://miro.com/oauth/authorize",
    token_endpoint="https://api.miro.com/v1/oauth/token",
    # Whose token it is.  There is no other profile; /v1/users/me of a library belongs to the API
    # before v2: https://developers.miro.com/docs/rest-api-comparison-guide
    userinfo_endpoint="https://api.miro.com/v1/oauth-token",
    # There are no scopes in the request: the permissions of the app count.
    # PKCE: unconfirmed; the guide does not mention it.
    # Refresh token: a box that was ticked at registration decides.
    auth_method="client_secret_post",
    claims=userinfo_claims(sub="user.id", name="user.name"),
    console_url="https://miro.com/app/settings/user-profile/apps",
    console_hint="Create new app in a developer team; permission identity:read.",
    colors=Colors(background="#050038", text="#fff", mark="white"),
)
