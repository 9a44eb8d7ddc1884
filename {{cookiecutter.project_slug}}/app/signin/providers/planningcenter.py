"""Planning Center.  Docs: https://api.planningcenteronline.com/docs/overview/authentication."""

from dataclasses import replace

from ..oauth.claims import as_sub, standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: `organization_id` names the church whose member signed in.

    Source: https://api.planningcenteronline.com/docs/overview/authentication
    """
    church = grant.id_token.get("organization_id")
    member_of = (as_sub(church),) if church is not None else ()
    return replace(standard_claims(grant), member_of=member_of)


PROVIDER = Provider(
    name="planningcenter",
    label="Planning Center",
    # Libraries use plain OAuth 2.0 and the scope `people`, which shows everybody in the church;
    # OpenID Connect came later and gives the person alone.
    issuer="https://api.planningcenteronline.com",
    scope="openid",
    auth_method="client_secret_post",
    claims=claims,
    offline={},
    settings=(Setting(ending="ALLOWED_ORGANIZATIONS", allow_list=True, example="1234"),),
    console_url="https://api.planningcenteronline.com/oauth/applications",
    console_hint="New application, as an administrator of an organization; add the URI.",
    colors=Colors(background="#2266f7", text="#fff", mark="white"),
)
