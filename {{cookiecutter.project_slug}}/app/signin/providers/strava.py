"""Strava.  Docs: https://developers.strava.com/docs/authentication."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="strava",
    label="Strava",
    identity_issuer="https://www.strava.com",
    authorization_endpoint="https://www.strava.com/oauth/authorize",
    # As in the guide; most libraries have the older /oauth/token.
    token_endpoint="https://www.strava.com/api/v3/oauth/token",
    userinfo_endpoint="https://www.strava.com/api/v3/athlete",
    # Several would have commas between them.
    scope="read",
    # PKCE: unconfirmed; the guide does not mention it, and libraries send it.
    auth_method="client_secret_post",
    # There is no e-mail address.  Without a picture, `profile` is no full address and is left out.
    claims=userinfo_claims(
        sub="id", name="firstname lastname", preferred_username="username", picture="profile"
    ),
    offline={},
    console_url="https://www.strava.com/settings/api",
    console_hint="Authorization Callback Domain: the host alone; localhost always works.",
    # White on Strava's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#fc4c02"),
)
