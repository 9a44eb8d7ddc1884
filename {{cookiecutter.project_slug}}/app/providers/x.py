"""X.  Docs: https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code."""

from ..oauth.provider import Claims, Grant, Provider, subject


def claims(grant: Grant) -> Claims:
    """Quirk: the profile stands under `data`; only a confirmed address is given, as
    `confirmed_email`, and an app that asks without X's permission gets no profile at all: such a
    one sets X_SCOPE without `users.email`."""
    provider = grant.client.provider
    fields = ["id", "name", "username", "profile_image_url"]
    if "users.email" in provider.scope.split():
        fields.append("confirmed_email")
    profile = grant.get_json(provider.userinfo_endpoint, **{"user.fields": ",".join(fields)})
    user = profile["data"]
    return Claims(
        sub=subject(user["id"]),
        name=user.get("name"),
        preferred_username=user.get("username"),
        email=user.get("confirmed_email"),
        email_verified=user.get("confirmed_email") is not None,
        picture=user.get("profile_image_url"),
    )


PROVIDER = Provider(
    name="x",
    label="X",
    base_url="https://x.com",
    api_url="https://api.x.com",
    authorization_endpoint="{base_url}/i/oauth2/authorize",
    token_endpoint="{api_url}/2/oauth2/token",
    userinfo_endpoint="{api_url}/2/users/me",
    scope="tweet.read users.read users.email",
    auth_method="client_secret_basic",
    claims=claims,
    console_url="https://console.x.com",
    console_hint="Type Web App; switch on Request email from users; no localhost, but 127.0.0.1.",
)
