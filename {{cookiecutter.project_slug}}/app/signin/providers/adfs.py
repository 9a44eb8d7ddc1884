"""AD FS.  Docs: https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-openid-connect-oauth-flows-scenarios."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: the user name is called `upn`.

    Source: https://learn.microsoft.com/windows-server/identity/ad-fs/development/custom-id-tokens-in-ad-fs
    """
    return replace(standard_claims(grant), preferred_username=grant.id_token.get("upn"))


PROVIDER = Provider(
    name="adfs",
    label="AD FS",
    issuer="https://adfs.example.com/adfs",
    # allatclaims puts the claims of the owner's rules into the ID Token.
    scope="openid profile email allatclaims",
    auth_method="client_secret_post",
    # Refresh token: unconfirmed; the server's own settings decide.
    claims=claims,
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="adfs.example.com",
            example="adfs.acme.example",
        ),
    ),
    console_hint="AD FS Management, Application Groups: Server application accessing a web API.",
    colors=Colors(background="#0067b8", text="#fff", mark="white"),
)
