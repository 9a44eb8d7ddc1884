"""Salesforce.  Docs: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_openid.htm&type=5."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: `sub` is an address, `https://host/id/organization/user`.

    The host can change with the organization's My Domain; the two ids in it never do.
    Source: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm&type=5
    """
    found = standard_claims(grant)
    organization, user = found.sub.split("/id/")[1].split("/")
    return replace(found, sub=f"{organization}:{user}", member_of=(organization,))


PROVIDER = Provider(
    name="salesforce",
    label="Salesforce",
    issuer="https://login.salesforce.com",
    scope="openid profile email",
    auth_method="client_secret_post",
    claims=claims,
    offline={"scope": "refresh_token"},
    settings=(
        Setting(ending="DOMAIN", default="login.salesforce.com", example="acme.my.salesforce.com"),
        Setting(ending="ALLOWED_ORGS", allow_list=True, example="00D5f000000AbCdEAM"),
    ),
    console_url="https://login.salesforce.com/",
    console_hint="Setup, External Client App Manager: OAuth with the URI; scopes id and openid.",
    # White on Salesforce's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#00a1e0"),
)
