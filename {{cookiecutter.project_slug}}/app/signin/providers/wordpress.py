"""WordPress.com.  Docs: https://developer.wordpress.com/docs/api/oauth2/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="wordpress",
    label="WordPress.com",
    identity_issuer="https://wordpress.com",
    # A newer server (/oauth2-1/) has OpenID Connect; the guide for apps does not name it.
    authorization_endpoint="https://public-api.wordpress.com/oauth2/authorize",
    token_endpoint="https://public-api.wordpress.com/oauth2/token",
    # Most libraries have the older v1; `email_verified` is documented for this one.
    userinfo_endpoint="https://public-api.wordpress.com/rest/v1.1/me",
    # Without a scope the access token could do anything on one of the person's blogs.
    scope="auth",
    # PKCE: unconfirmed; the guide does not mention it, and libraries send it.
    auth_method="client_secret_post",
    # `email_verified` is about the address: developer.wordpress.com/docs/api/1.1/get/me
    claims=userinfo_claims(
        sub="ID",
        name="display_name",
        preferred_username="username",
        email="email",
        email_verified="email_verified",
        picture="avatar_URL",
    ),
    console_url="https://developer.wordpress.com/apps/new/",
    console_hint="Create New Application, type Web, with the redirect URL.",
    colors=Colors(background="#21759b", text="#fff", mark="white"),
)
