"""Meetup.  Docs: https://www.meetup.com/graphql/authentication/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="meetup",
    label="Meetup",
    identity_issuer="https://www.meetup.com",
    authorization_endpoint="https://secure.meetup.com/oauth2/authorize",
    token_endpoint="https://secure.meetup.com/oauth2/access",
    # GraphQL, at the address of the guide; most libraries ask /2/member/self, which is gone.
    userinfo_endpoint="https://api.meetup.com/gql-ext",
    scope="basic",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # Not the picture: an unknown field makes the whole query fail, and its fields have changed.
    claims=userinfo_claims(
        sub="data.self.id",
        name="data.self.name",
        email="data.self.email",
        method="POST",
        json={"query": "query { self { id name email } }"},
    ),
    offline={},
    console_url="https://www.meetup.com/api/oauth/list/",
    console_hint="Create new client, with the redirect URI; Meetup reviews it and asks for Pro.",
    # White on Meetup's red has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ed1c40"),
)
