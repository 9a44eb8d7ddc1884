"""Uber.  Docs: https://developer.uber.com/docs/consumer-identity/guides/authorization-code-flow."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="uber",
    label="Uber",
    identity_issuer="https://www.uber.com",
    # Libraries name login.uber.com and /v1/me; the guides have these hosts and this version.
    # There is no OpenID metadata.
    authorization_endpoint="https://auth.uber.com/oauth/v2/authorize",
    token_endpoint="https://auth.uber.com/oauth/v2/token",
    userinfo_endpoint="https://api.uber.com/v1.2/me",
    scope="profile",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # `uuid`, which libraries read, is gone from the answer: https://developer.uber.com/docs/v1-me
    # `rider_id` is unique and encrypted there; that it stays the same is unconfirmed.
    claims=userinfo_claims(
        sub="rider_id", name="first_name last_name", email="email", picture="picture"
    ),
    offline={"scope": "offline_access"},
    console_url="https://developer.uber.com/dashboard",
    console_hint="Create application; Setup: add the URI; ask for the scope profile.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
