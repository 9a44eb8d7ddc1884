"""ORCID.  Docs: https://info.orcid.org/documentation/api-tutorials/api-tutorial-get-and-authenticated-orcid-id/."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: the name that the person wants to be known by is beside the tokens.

    There is no e-mail address; the public record rarely has one.
    Source: https://github.com/ORCID/ORCID-Source/blob/main/orcid-web/ORCID_AUTH_WITH_OPENID_CONNECT.md
    """
    found = standard_claims(grant)
    return replace(found, name=grant.tokens.get("name") or found.name)


PROVIDER = Provider(
    name="orcid",
    label="ORCID",
    issuer="https://orcid.org",
    # It has neither profile nor email; with openid, /authenticate of older libraries is not needed.
    scope="openid",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # ORCID does not compare auth_time with it any more: ORCID/ORCID-Source#7345.
    max_age=False,
    # Of the values of prompt it documents none and login.
    choose_account={"prompt": "login"},
    claims=claims,
    settings=(Setting(ending="DOMAIN", default="orcid.org", example="sandbox.orcid.org"),),
    offline={},
    console_url="https://orcid.org/developer-tools",
    console_hint="Register for the free public API; add the redirect URI.",
    loopback_host="",
    # White on ORCID's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#a6ce39"),
)
