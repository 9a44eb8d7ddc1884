"""Microsoft.  Docs: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc."""

import re

from ..oauth.provider import Claims, Colors, Document, Grant, Provider, Setting

GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
# A tenant, by its id or one of its domains; not `common`, `organizations`, `consumers`.
ONE_TENANT = rf"(?!{PERSONAL}){GUID}|(?:[a-z0-9-]+\.)+[a-z0-9-]+"


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: each tenant has its own issuer.

    For multi-tenant metadata, `{tenantid}` is replaced by the token's `tid`.  The metadata of a
    single tenant has that tenant's issuer.
    Source: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
    """
    template = provider.issuer + "/{tenantid}/v2.0"
    named, tenant = str(metadata.get("issuer")), str(claims.get("tid"))
    if named != template or not claims:
        of_one = re.fullmatch(rf"{re.escape(provider.issuer)}/{GUID}/v2\.0", named)
        return (named if of_one or named == template else provider.issuer,)
    personal = tenant == PERSONAL and "/organizations/" in provider.metadata_url
    usable = re.fullmatch(GUID, tenant) and not personal
    return (template.replace("{tenantid}", tenant),) if usable else ()


def claims(grant: Grant) -> Claims:
    """Quirk: the admin of any tenant can set `email` to any address.

    Only the optional claim `xms_edov` says that the domain belongs to the tenant.  It is documented
    as a boolean, but 1 occurs too.  `sub` never changes and is this app's alone; `oid`, which some
    libraries take, is the same in all apps of a tenant.
    Source: https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
    """
    signed = grant.id_token
    return Claims(
        sub=signed["sub"],
        name=signed.get("name"),
        preferred_username=signed.get("preferred_username"),
        email=signed.get("email"),
        email_verified=signed.get("xms_edov") in (True, "true", "1"),
        member_of=(signed["tid"],) if "tid" in signed else (),
        sid=signed.get("sid"),
    )


PROVIDER = Provider(
    name="microsoft",
    label="Microsoft",
    issuer="https://login.microsoftonline.com",
    metadata_url="https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
    # The ID Token says who it is; many libraries ask Graph for it, with User.Read.
    scope="openid profile email",
    auth_method="client_secret_post",
    # The metadata lists auth_time, but only apps registered with this optional claim get it.
    max_age=False,
    offline={"scope": "offline_access"},
    issuers=issuers,
    claims=claims,
    settings=(
        Setting(ending="TENANT", default="common", example="organizations", one_owner=ONE_TENANT),
        Setting(ending="ALLOWED_ORGS", allow_list=True, example=PERSONAL),
    ),
    console_url="https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps",
    console_hint="New registration, platform Web; optional ID token claim: xms_edov.",
    client_id_pattern=GUID,
    colors=Colors(background="#fff", text="#5e5e5e", border="#8c8c8c", font="Segoe UI"),
    dark_colors=Colors(background="#2f2f2f", text="#fff", mark="white", font="Segoe UI"),
)
