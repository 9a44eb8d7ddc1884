"""Intuit.  Docs: https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/openid-connect."""

from ..oauth.claims import userinfo_claims
from ..oauth.errors import InvalidResponse
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting

read_userinfo = userinfo_claims(
    sub="sub", name="givenName familyName", email="email", email_verified="emailVerified"
)


def claims(grant: Grant) -> Claims:
    """Quirk: the ID Token has no profile, and the userinfo's names are in camel case.

    Source: https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/openid-connect
    """
    found = read_userinfo(grant)
    if found.sub != grant.id_token["sub"]:
        raise InvalidResponse("userinfo has another sub than the ID Token")
    return found


PROVIDER = Provider(
    name="intuit",
    label="Intuit",
    issuer="https://oauth.platform.intuit.com/op/v1",
    # With an underscore; the sandbox differs in the userinfo endpoint alone.
    metadata_url="https://developer.api.intuit.com/.well-known/openid_configuration",
    scope="openid profile email",
    # ID Tokens have no nonce: the documented claims do not list it, and libraries (openiddict) had
    # to switch it off.
    nonce=False,
    # PKCE: unconfirmed; not documented.  The guide uses Basic; most libraries use post.
    pkce=True,
    auth_method="client_secret_basic",
    # Intuit documents no parameter for it.
    choose_account={},
    offline={},
    claims=claims,
    settings=(
        Setting(
            ending="CONFIGURATION",
            default="openid_configuration",
            example="openid_sandbox_configuration",
        ),
    ),
    console_url="https://developer.intuit.com/app/developer/dashboard",
    console_hint="Keys & credentials: the redirect URI; development keys are the sandbox's.",
    colors=Colors(background="#236cff", text="#fff", mark="white"),
)
