"""Seznam.  Docs: https://vyvojari.seznam.cz/oauth/doc?lang=en."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="seznam",
    label="Seznam",
    identity_issuer="https://login.szn.cz",
    authorization_endpoint="https://login.szn.cz/api/v1/oauth/auth",
    token_endpoint="https://login.szn.cz/api/v1/oauth/token",
    userinfo_endpoint="https://login.szn.cz/api/v1/user",
    # With commas, as documented; `avatar` adds the picture.
    scope="identity,avatar",
    # PKCE: unconfirmed; the guide does not mention it.
    # The guide shows JSON and refers to RFC 6749; libraries send the form that this asks for.
    auth_method="client_secret_post",
    # A library reads email_verified, which the list of fields does not have: not read.
    # https://vyvojari.seznam.cz/oauth/scopes?lang=en
    claims=userinfo_claims(
        sub="oauth_user_id", name="firstname lastname", email="email", picture="avatar_url"
    ),
    offline={},
    console_url="https://vyvojari.seznam.cz/oauth/admin",
    console_hint="Přihlášení přes Seznam: add a service, with the URI.",
    colors=Colors(background="#c00", text="#fff", mark="white"),
)
