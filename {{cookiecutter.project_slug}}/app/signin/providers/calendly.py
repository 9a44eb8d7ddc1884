"""Calendly.  Docs: https://developer.calendly.com/docs/authentication/creating-an-oauth-app."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="calendly",
    label="Calendly",
    identity_issuer="https://calendly.com",
    authorization_endpoint="https://auth.calendly.com/oauth/authorize",
    token_endpoint="https://auth.calendly.com/oauth/token",
    userinfo_endpoint="https://api.calendly.com/users/me",
    revocation_endpoint="https://auth.calendly.com/oauth/revoke",
    # Libraries send none, but apps since March 2026 may read nothing without scopes:
    # https://developer.calendly.com/docs/authentication/scopes
    scope="users:read",
    # Libraries send the secret in the form; Calendly documents Basic only:
    # https://developer.calendly.com/api-docs/calendly-o-auth/o-auth/post-oauth-refresh-token
    auth_method="client_secret_basic",
    # The URI ends with an id, not with a name.
    claims=userinfo_claims(
        sub="resource.uri",
        name="resource.name",
        email="resource.email",
        picture="resource.avatar_url",
    ),
    offline={},
    console_url="https://developer.calendly.com/console/apps",
    console_hint="Create new app, kind Web, scope users:read; Sandbox allows http://localhost.",
    colors=Colors(background="#006bff", text="#fff", mark="white"),
)
