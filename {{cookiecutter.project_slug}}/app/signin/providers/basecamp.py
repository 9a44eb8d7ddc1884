"""Basecamp.  Docs: https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

# Libraries send `type=web_server`, the word of a draft.  The guide calls it legacy, and documents
# the standard parameters:
# https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md
PROVIDER = Provider(
    name="basecamp",
    label="Basecamp",
    identity_issuer="https://launchpad.37signals.com",
    authorization_endpoint="https://launchpad.37signals.com/authorization/new",
    token_endpoint="https://launchpad.37signals.com/authorization/token",
    userinfo_endpoint="https://launchpad.37signals.com/authorization.json",
    # PKCE: unconfirmed; the guide does not mention it.
    pkce=True,
    auth_method="client_secret_post",
    offline={},
    # The guide says that Basecamp verifies no address: a person can have another's.
    claims=userinfo_claims(
        sub="identity.id",
        name="identity.first_name identity.last_name",
        email="identity.email_address",
    ),
    console_url="https://launchpad.37signals.com/integrations",
    console_hint="Register another application; choose Basecamp as the product.",
    colors=Colors(background="#1d2d35", text="#fff", mark="white"),
    dark_colors=Colors(background="#1d2d35", text="#fff", border="#6e7781", mark="white"),
)
