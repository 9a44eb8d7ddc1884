"""FusionAuth.  Docs: https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: `email_verified` is also true where FusionAuth has checked no address.

    It is so in a tenant without verification, and after a person changed the address:
    https://github.com/FusionAuth/fusionauth-issues/issues/2210
    The owner can vouch for the addresses: FUSIONAUTH_EMAIL_VERIFIED=always.
    Source: https://github.com/FusionAuth/fusionauth-site/issues/950
    """
    return replace(standard_claims(grant), email_verified=False)


PROVIDER = Provider(
    name="fusionauth",
    label="FusionAuth",
    # It is what the tenant has in its field Issuer.
    issuer="https://fusionauth.example.com",
    scope="openid profile email",
    # Libraries disagree (post 2, Basic 1).  FusionAuth takes both, unless the app allows one.
    auth_method="client_secret_basic",
    # The application must also generate refresh tokens.  Libraries always ask for them.
    offline={"scope": "offline_access"},
    # FusionAuth ignores select_account: https://github.com/FusionAuth/fusionauth-site/pull/3891
    choose_account={"prompt": "login"},
    claims=claims,
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://fusionauth.example.com",
            example="https://fusionauth.example.com",
        ),
    ),
    console_url="https://fusionauth.io/docs/get-started/core-concepts/applications",
    console_hint="Add an application; OAuth: the URI; JWT: an RSA or EC Id token signing key.",
    # White on FusionAuth's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#f58320"),
)
