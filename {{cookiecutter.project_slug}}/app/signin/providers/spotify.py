"""Spotify.  Docs: https://developer.spotify.com/documentation/web-api/tutorials/code-flow."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="spotify",
    label="Spotify",
    identity_issuer="https://accounts.spotify.com",
    authorization_endpoint="https://accounts.spotify.com/authorize",
    token_endpoint="https://accounts.spotify.com/api/token",
    userinfo_endpoint="https://api.spotify.com/v1/me",
    # There is metadata of OpenID Connect, but no guide for it: its scopes are not offered to apps.
    scope="user-read-email",
    # As in the guide; the client in the form works as well.
    auth_method="client_secret_basic",
    choose_account={"show_dialog": "true"},
    # Libraries take `id`, which Spotify advises against since `account_id` was added in May 2026:
    # https://developer.spotify.com/documentation/web-api/references/changes/may-2026
    # Spotify says itself that the address is unverified.
    claims=userinfo_claims(
        sub="account_id", name="display_name", email="email", picture="images.0.url"
    ),
    offline={},
    console_url="https://developer.spotify.com/dashboard",
    console_hint="Create app, with the URI and the Web API; then add up to 5 users.",
    # http://localhost is refused.
    loopback_host="127.0.0.1",
    # White on Spotify's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#1ed760"),
)
