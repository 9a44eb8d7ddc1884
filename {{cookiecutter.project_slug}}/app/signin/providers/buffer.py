"""Buffer.  Docs: https://developers.buffer.com/guides/building-apps.html."""

from dataclasses import replace

from ..oauth.claims import at_path, standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider

QUERY = "query { account { email name avatar } }"


def claims(grant: Grant) -> Claims:
    """Quirk: an ID Token says only who it is; name, address and picture are in the GraphQL API.

    Whether the address is verified is not said there.

    Source: https://developers.buffer.com/guides/building-apps.html
    """
    answer = grant.call("https://api.buffer.com/", json={"query": QUERY})
    return replace(
        standard_claims(grant),
        name=at_path(answer, "data.account.name"),
        email=at_path(answer, "data.account.email"),
        email_verified=False,
        picture=at_path(answer, "data.account.avatar"),
    )


PROVIDER = Provider(
    name="buffer",
    label="Buffer",
    # Libraries have the old API at bufferapp.com, which takes no new apps.  The metadata of the new
    # server: https://auth.buffer.com/.well-known/openid-configuration
    issuer="https://auth.buffer.com",
    scope="openid account:read",
    auth_method="client_secret_post",
    claims=claims,
    # Whether it needs prompt=consent is unconfirmed; with it people are asked each time.
    offline={"scope": "offline_access", "prompt": "consent"},
    console_url="https://publish.buffer.com/settings/api",
    console_hint="App Clients: a confidential client with the URI and the scope account:read.",
    colors=Colors(background="#231f20", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#231f20", mark="black"),
)
