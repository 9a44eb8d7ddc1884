"""Smartsheet.  Docs: https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="smartsheet",
    label="Smartsheet",
    identity_issuer="https://www.smartsheet.com",
    # The other regions have other hosts; those are not supported.
    authorization_endpoint="https://app.smartsheet.com/b/authorize",
    token_endpoint="https://api.smartsheet.com/2.0/token",
    userinfo_endpoint="https://api.smartsheet.com/2.0/users/me",
    # Libraries leave it to the owner, but Smartsheet requires at least one.
    scope="READ_USERS",
    # PKCE: unconfirmed; the guide does not mention it.
    # Plain, or hashed with the code: Smartsheet takes both.
    auth_method="client_secret_post",
    # The profile image is an id, not a URL.
    claims=userinfo_claims(sub="id", name="firstName lastName", email="email"),
    offline={},
    console_url="https://developers.smartsheet.com/register",
    console_hint="Then in Smartsheet: Developer Tools, Create New App.",
    colors=Colors(background="#003059", text="#fff", mark="white"),
)
