"""Clever.  Docs: https://dev.clever.com/docs/oauth-implementation."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider
from ..oauth.token import bearer_by_default

# Clever publishes OpenID Connect metadata, but gives ID Tokens only to apps that its support has
# configured so.  The userinfo endpoint works for all: https://dev.clever.com/docs/migrating-to-oidc
# Libraries read /v3.0/me, which has the same id in `data.id`, and neither name nor address.
PROVIDER = Provider(
    name="clever",
    label="Clever",
    identity_issuer="https://clever.com",
    authorization_endpoint="https://clever.com/oauth/authorize",
    token_endpoint="https://clever.com/oauth/tokens",
    userinfo_endpoint="https://api.clever.com/userinfo",
    # Without a scope: Clever takes it from the app's configuration.
    # PKCE: unconfirmed; the guide does not mention it.
    pkce=True,
    # The guide asks for Basic; the one library that states a method uses post.
    auth_method="client_secret_basic",
    # A token_type in the response: unconfirmed.
    read_tokens=bearer_by_default,
    # `sub` is the id of all of a person's roles.  `email_verified` is false unless Clever's support
    # sets it for the whole app, so it says nothing about an address, and is not read; Clever
    # verifies none.  https://dev.clever.com/docs/oidc-implementation
    # https://dev.clever.com/docs/users
    claims=userinfo_claims(sub="sub", name="name.first name.last", email="email"),
    console_url="https://apps.clever.com",
    console_hint="OAuth Settings: add the URI; Clever approves apps before districts see them.",
    colors=Colors(background="#1464ff", text="#fff", mark="white"),
)
