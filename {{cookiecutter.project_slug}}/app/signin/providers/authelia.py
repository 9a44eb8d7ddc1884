"""Authelia.  Docs: https://www.authelia.com/integration/openid-connect/introduction/."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: `email_verified` is always true; Authelia assumes it, and checks no address.

    The owner of the directory can vouch for its addresses: AUTHELIA_EMAIL_VERIFIED=always.
    Source: https://www.authelia.com/integration/openid-connect/openid-connect-1.0-claims/
    """
    return replace(standard_claims(grant), email_verified=False)


PROVIDER = Provider(
    name="authelia",
    label="Authelia",
    issuer="https://auth.example.com",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # The client must also have this scope and the grant type refresh_token.
    offline={"scope": "offline_access"},
    claims=claims,
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://auth.example.com",
            example="https://auth.example.com",
        ),
    ),
    console_url="https://www.authelia.com/configuration/identity-providers/openid-connect/clients/",
    console_hint="In configuration.yml: a client whose auth method is client_secret_basic.",
    colors=Colors(background="#113155", text="#fff", mark="white"),
    dark_colors=Colors(background="#113155", text="#fff", border="#6e7781", mark="white"),
)
