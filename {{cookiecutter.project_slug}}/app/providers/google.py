"""Google.  Docs: https://developers.google.com/identity/openid-connect/openid-connect."""

from ..oauth.provider import Provider

PROVIDER = Provider(
    name="google",
    label="Google",
    issuer="https://accounts.google.com",
    scope="openid email profile",
    auth_method="client_secret_post",
    members_setting="HOSTED_DOMAIN",
    console_url="https://console.cloud.google.com/auth/clients",
    console_hint="Create client, application type Web application.",
)
