"""Dribbble.  Docs: https://developer.dribbble.com/v2/oauth/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="dribbble",
    label="Dribbble",
    identity_issuer="https://dribbble.com",
    authorization_endpoint="https://dribbble.com/oauth/authorize",
    token_endpoint="https://dribbble.com/oauth/token",
    # Version 2; version 1 is switched off.
    userinfo_endpoint="https://api.dribbble.com/v2/user",
    scope="public",
    # PKCE: unconfirmed; the guide does not mention it.
    pkce=True,
    auth_method="client_secret_post",
    # The documented profile has no address, though libraries read `email`.  `login` was called
    # `username` in version 1.
    claims=userinfo_claims(sub="id", name="name", preferred_username="login", picture="avatar_url"),
    console_url="https://dribbble.com/account/applications/new",
    console_hint="Register a new application, with the callback URL.",
    # White on Dribbble's pink has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ea4c89"),
)
