"""Disqus.  Docs: https://disqus.com/api/docs/auth/."""

from ..oauth.claims import as_sub, at_path
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: requests to the API carry the API key in the query, and the answer is wrapped.

    The secret key, which libraries send too, is not needed beside an access token.  Whether the
    address is verified is not said.
    Source: https://disqus.com/api/docs/requests/
    """
    query = {
        "api_key": grant.client.client_id,
        "access_token": grant.tokens["access_token"],
    }
    answer = grant.call(grant.metadata["userinfo_endpoint"], query=query, scheme="")
    user = answer["response"]
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name"),
        preferred_username=user.get("username"),
        email=user.get("email"),
        picture=at_path(user, "avatar.permalink"),
    )


PROVIDER = Provider(
    name="disqus",
    label="Disqus",
    identity_issuer="https://disqus.com",
    authorization_endpoint="https://disqus.com/api/oauth/2.0/authorize/",
    token_endpoint="https://disqus.com/api/oauth/2.0/access_token/",
    userinfo_endpoint="https://disqus.com/api/3.0/users/details.json",
    # With a comma between them.
    scope="read,email",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    claims=claims,
    offline={},
    console_url="https://disqus.com/api/applications/register/",
    console_hint="Register; Settings: the domain and the callback URL; access: read, with e-mail.",
    # White on Disqus's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#2e9fff"),
)
