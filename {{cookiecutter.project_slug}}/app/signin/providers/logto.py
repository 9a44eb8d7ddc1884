"""Logto.  Docs: https://docs.logto.io/integrate-logto/third-party-applications/oidc-oauth-third-party-applications."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: `email_verified` says only that there is an address; administrators can set any.

    The owner of the users can vouch for their addresses: LOGTO_EMAIL_VERIFIED=always.
    Source: https://github.com/logto-io/logto/blob/master/packages/core/src/oidc/scope.ts
    """
    return replace(standard_claims(grant), email_verified=False)


PROVIDER = Provider(
    name="logto",
    label="Logto",
    issuer="https://your-tenant.logto.app/oidc",
    scope="openid profile email",
    # Facts disagree: Basic 1, post 1.  Logto takes both.
    auth_method="client_secret_basic",
    # It gives a refresh token only together with the consent page.
    offline={"scope": "offline_access", "prompt": "consent"},
    claims=claims,
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-tenant.logto.app",
            example="ab12cd.logto.app",
        ),
    ),
    console_url="https://cloud.logto.io",
    console_hint="Create application, type Traditional web, with the redirect URI.",
    # Logto's purple.
    colors=Colors(background="#5d34f2", text="#fff", mark="white"),
)
