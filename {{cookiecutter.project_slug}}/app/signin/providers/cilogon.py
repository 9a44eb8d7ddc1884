"""CILogon.  Docs: https://www.cilogon.org/oidc."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="cilogon",
    label="CILogon",
    # Libraries use plain OAuth 2.0; CILogon is an OpenID Provider with metadata.
    issuer="https://cilogon.org",
    # Without org.cilogon.userinfo, which tells about the institution.
    scope="openid profile email",
    auth_method="client_secret_post",
    offline={"scope": "offline_access"},
    console_url="https://cilogon.org/oauth2/register",
    console_hint="Scopes email, openid, profile; CILogon approves each client by hand.",
    colors=Colors(background="#1a4f86", text="#fff", mark="white"),
)
