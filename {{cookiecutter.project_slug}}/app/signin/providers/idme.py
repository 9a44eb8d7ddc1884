"""ID.me.  Docs: https://docs.id.me/guides/open-id-connect/overview."""

from ..oauth.claims import full_name
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: the names are `fname` and `lname`.  Whether the address is verified is not said.

    The userinfo endpoint answers with a signed token, not with JSON, so the ID Token must do.
    Source: https://docs.id.me/integrations/configurations/policies/user-properties
    """
    found = grant.id_token
    names = {"given_name": found.get("fname"), "family_name": found.get("lname")}
    return Claims(
        sub=found["sub"],
        name=full_name(names) or found.get("name") or full_name(found),
        email=found.get("email"),
    )


PROVIDER = Provider(
    name="idme",
    label="ID.me",
    issuer="https://api.id.me/oidc",
    # `login` is its policy that only signs in.  Others, such as military, are agreed on with ID.me.
    scope="openid login",
    # The metadata does not list S256, but PKCE is documented: docs.id.me/guides/oidc/pkce
    # It returns the nonce: https://github.com/risc0, zk-KYC demo.
    auth_method="client_secret_post",
    # Refresh token: unconfirmed.
    # ID.me documents no parameter for it.
    choose_account={},
    # Whether ID Tokens can prove the time of the sign-in (auth_time): unconfirmed.
    max_age=False,
    claims=claims,
    settings=(Setting(ending="DOMAIN", default="api.id.me", example="api.idmelabs.com"),),
    console_url="https://developers.id.me",
    console_hint="Create an organization and an application; add the redirect URI to it.",
    colors=Colors(background="#08833d", text="#fff", mark="white"),
)
