"""Exact Online.  Docs: https://support.exactonline.com/community/s/knowledge-base#All-All-DNO-Content-oauth-eol-oauth-devstep3."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="exactonline",
    label="Exact Online",
    identity_issuer="https://start.exactonline.nl",
    authorization_endpoint="https://start.exactonline.nl/api/oauth2/auth",
    token_endpoint="https://start.exactonline.nl/api/oauth2/token",
    userinfo_endpoint="https://start.exactonline.nl/api/v1/current/Me",
    # There are no scopes: the permissions of the app count.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # An OData list with one row.
    claims=userinfo_claims(
        sub="d.results.0.UserID",
        name="d.results.0.FullName",
        preferred_username="d.results.0.UserName",
        email="d.results.0.Email",
    ),
    offline={},
    choose_account={"force_login": "1"},
    # Each country has its own accounts.
    settings=(
        Setting(ending="DOMAIN", default="start.exactonline.nl", example="start.exactonline.be"),
    ),
    console_url="https://apps.exactonline.com",
    console_hint="Manage my apps, Add a new application; one for each country.",
    loopback_host="",
    colors=Colors(background="#e1141d", text="#fff", mark="white"),
)
