"""Asgardeo.  Docs: https://wso2.com/asgardeo/docs/guides/authentication/oidc/."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: `email_verified` can stay true when the person changes the address.

    A new address is checked only if the organization has switched that on:
    https://wso2.com/asgardeo/docs/guides/users/attributes/email-verification-on-update
    The owner can vouch for the addresses: ASGARDEO_EMAIL_VERIFIED=always.
    Source: https://github.com/wso2/product-is/issues/19356
    """
    return replace(standard_claims(grant), email_verified=False)


PROVIDER = Provider(
    name="asgardeo",
    label="Asgardeo",
    # Each organization has its own issuer, which is also the token endpoint.
    issuer="https://api.asgardeo.io/t/your-organization/oauth2/token",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # The application must have the grant type Refresh Token; then it always gives one.
    offline={},
    # WSO2's servers refused select_account: https://github.com/wso2/product-is/issues/13983
    choose_account={"prompt": "login"},
    claims=claims,
    settings=(
        Setting(
            ending="ORGANIZATION",
            required=True,
            default="your-organization",
            example="acme",
        ),
    ),
    console_url="https://console.asgardeo.io",
    console_hint="Traditional Web Application, OIDC; User Attributes: choose those of the scopes.",
    # White on WSO2's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff7300"),
)
