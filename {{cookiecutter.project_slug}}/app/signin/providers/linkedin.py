"""LinkedIn.  Docs: https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2."""

from ..oauth.provider import Colors, Provider
from ..oauth.token import bearer_by_default

PROVIDER = Provider(
    name="linkedin",
    label="LinkedIn",
    issuer="https://www.linkedin.com/oauth",
    scope="openid profile email",
    cancel_errors=("user_cancelled_login", "user_cancelled_authorize"),
    # PKCE makes the token endpoint return invalid_client: hanko#2405, executor#2087.
    pkce=False,
    # ID Tokens have no nonce: authlib#763, social-core#833.
    nonce=False,
    auth_method="client_secret_post",
    # LinkedIn documents no parameter for it.
    choose_account={},
    # Refresh token: only for partners that LinkedIn approved.
    # The documented token response has no token_type.
    read_tokens=bearer_by_default,
    console_url="https://www.linkedin.com/developers/apps",
    console_hint="Products: Sign In with LinkedIn using OpenID Connect; Auth: add the URI.",
    colors=Colors(background="#0a66c2", text="#fff", mark="white"),
)
