"""X.  Docs: https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the profile is nested in `data`.  It has only a confirmed address, `confirmed_email`.

    Without X's e-mail permission, set X_SCOPE without `users.email`.  Otherwise X returns no
    profile.
    Source: https://docs.x.com/x-api/users/get-my-user
    """
    fields = ["id", "name", "username", "profile_image_url"]
    if "users.email" in grant.client.provider.scope.split():
        fields.append("confirmed_email")
    query = {"user.fields": ",".join(fields)}
    user = grant.call(grant.metadata["userinfo_endpoint"], query=query)["data"]
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name"),
        preferred_username=user.get("username"),
        email=user.get("confirmed_email"),
        email_verified=user.get("confirmed_email") is not None,
        picture=user.get("profile_image_url"),
    )


PROVIDER = Provider(
    name="x",
    label="X",
    identity_issuer="https://x.com",
    former_issuers=("https://twitter.com",),
    authorization_endpoint="https://x.com/i/oauth2/authorize",
    token_endpoint="https://api.x.com/2/oauth2/token",
    userinfo_endpoint="https://api.x.com/2/users/me",
    revocation_endpoint="https://api.x.com/2/oauth2/revoke",
    scope="tweet.read users.read users.email",
    auth_method="client_secret_basic",
    offline={"scope": "offline.access"},
    claims=claims,
    console_url="https://console.x.com",
    console_hint="Type Web App; switch on Request email from users.",
    loopback_host="127.0.0.1",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
