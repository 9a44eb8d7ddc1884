"""Google.  Docs: https://developers.google.com/identity/openid-connect/openid-connect."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def issuers(
    provider: Provider, metadata: Mapping[str, Any], claims: Mapping[str, Any]
) -> tuple[str, ...]:
    """Quirk: the issuer in an ID Token may have no `https://`.

    Source: https://developers.google.com/identity/openid-connect/openid-connect
    """
    return (provider.issuer, provider.issuer.removeprefix("https://"))


def claims(grant: Grant) -> Claims:
    """Quirk: `hd` is the Google Workspace domain that manages the account.

    Source: https://developers.google.com/identity/openid-connect/openid-connect
    """
    domain = grant.id_token.get("hd")
    return replace(standard_claims(grant), member_of=(domain,) if domain else ())


PROVIDER = Provider(
    name="google",
    label="Google",
    issuer="https://accounts.google.com",
    scope="openid email profile",
    # It refuses prompt=login.
    choose_account={"prompt": "select_account"},
    auth_method="client_secret_post",
    # Google answers those with disallowed_useragent.
    in_app_browsers=False,
    issuers=issuers,
    claims=claims,
    settings=(Setting(ending="HOSTED_DOMAIN", allow_list=True, example="example.org"),),
    offline={"access_type": "offline", "prompt": "consent"},
    console_url="https://console.cloud.google.com/auth/clients",
    console_hint="Create client, application type Web application.",
    client_id_pattern=r"\d+-\w+\.apps\.googleusercontent\.com",
    colors=Colors(background="#fff", text="#1f1f1f", border="#747775", font="Roboto"),
    dark_colors=Colors(background="#131314", text="#e3e3e3", border="#8e918f", font="Roboto"),
)
