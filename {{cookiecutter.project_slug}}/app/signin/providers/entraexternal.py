"""Entra External ID.  Docs: https://learn.microsoft.com/entra/external-id/customers/overview-customers-ciam."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Document, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: an administrator can set `email` to any address, and nothing says that it is verified.

    Source: https://learn.microsoft.com/entra/identity-platform/claims-validation
    """
    return replace(standard_claims(grant), email_verified=False)


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: the issuer's host is the tenant's id, whatever host serves the metadata.

    Source: https://learn.microsoft.com/entra/external-id/customers/how-to-custom-url-domain
    """
    tenant = provider.issuer.split("/")[3]
    return (f"https://{tenant}.ciamlogin.com/{tenant}/v2.0", provider.issuer)


TENANT = "00000000-0000-0000-0000-000000000000"
PROVIDER = Provider(
    name="entraexternal",
    label="Entra External ID",
    issuer=f"https://your-tenant.ciamlogin.com/{TENANT}/v2.0",
    # Libraries know only Azure AD B2C, another service with policies in its addresses, which takes
    # no new customers: https://learn.microsoft.com/azure/active-directory-b2c/faq
    scope="openid profile email",
    auth_method="client_secret_post",
    # The metadata lists auth_time, but only apps registered with this optional claim get it.
    max_age=False,
    offline={"scope": "offline_access"},
    issuers=issuers,
    # What the ID Token lacks is asked at https://graph.microsoft.com/oidc/userinfo
    claims=claims,
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-tenant.ciamlogin.com",
            example="acme.ciamlogin.com",
        ),
        Setting(
            ending="TENANT_ID",
            required=True,
            default=TENANT,
            example="00001111-aaaa-2222-bbbb-3333cccc4444",
        ),
    ),
    # https://learn.microsoft.com/entra/external-id/customers/quickstart-register-app
    console_url="https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps",
    console_hint="In the external tenant: New registration, platform Web; add it to a user flow.",
    colors=Colors(background="#fff", text="#5e5e5e", border="#8c8c8c", font="Segoe UI"),
    dark_colors=Colors(background="#2f2f2f", text="#fff", mark="white", font="Segoe UI"),
)
