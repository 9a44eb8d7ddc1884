"""Pinterest.  Docs: https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="pinterest",
    label="Pinterest",
    identity_issuer="https://www.pinterest.com",
    # With a slash at the end, as in the guide; most libraries have none.
    authorization_endpoint="https://www.pinterest.com/oauth/",
    token_endpoint="https://api.pinterest.com/v5/oauth/token",
    userinfo_endpoint="https://api.pinterest.com/v5/user_account",
    # Several would have commas between them.  There is no e-mail address.
    scope="user_accounts:read",
    # PKCE: unconfirmed; the guide does not mention it, and a library sends it.
    auth_method="client_secret_basic",
    # `username`, which most libraries take as the id, can be changed.
    claims=userinfo_claims(
        sub="id", name="username", preferred_username="username", picture="profile_image"
    ),
    offline={},
    console_url="https://developers.pinterest.com/apps/",
    console_hint="Connect app; once approved, Configure: the redirect URI.",
    colors=Colors(background="#bd081c", text="#fff", mark="white"),
)
