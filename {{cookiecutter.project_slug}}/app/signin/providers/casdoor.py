"""Casdoor.  Docs: https://casdoor.org/docs/how-to-connect/oidc-client/."""

from ..oauth.claims import userinfo_claims
from ..oauth.errors import InvalidResponse
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting

read_userinfo = userinfo_claims(
    sub="sub",
    name="name",
    preferred_username="preferred_username",
    email="email",
    picture="picture",
)


def claims(grant: Grant) -> Claims:
    """Quirk: `name` of an ID Token is the user name; the userinfo has the standard claims.

    `email_verified` is not read: versions of the server have it as a constant.  The owner of the
    directory can vouch for its addresses: CASDOOR_EMAIL_VERIFIED=always.
    Source: https://github.com/casdoor/casdoor/blob/master/object/user.go
    """
    found = read_userinfo(grant)
    if found.sub != grant.id_token["sub"]:
        raise InvalidResponse("userinfo has another sub than the ID Token")
    return found


PROVIDER = Provider(
    name="casdoor",
    label="Casdoor",
    issuer="https://casdoor.example.com",
    scope="openid profile email",
    # The metadata lists no method.  The server takes post, Basic and JSON:
    # https://github.com/casdoor/casdoor/blob/master/controllers/token.go
    auth_method="client_secret_post",
    # Refresh token: unconfirmed; it depends on the application's grant types.
    claims=claims,
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://casdoor.example.com",
            example="https://casdoor.example.com",
        ),
    ),
    console_url="https://casdoor.org/docs/application/config/",
    console_hint="Applications: add one with the redirect URL and an RSA or EC certificate.",
    colors=Colors(background="#fff", text="#1f1f1f", border="#6e7781"),
)
