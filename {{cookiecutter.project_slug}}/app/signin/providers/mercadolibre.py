"""Mercado Libre.  Docs: https://developers.mercadolibre.com.ar/en_us/authentication-and-authorization."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="mercadolibre",
    label="Mercado Libre",
    identity_issuer="https://api.mercadolibre.com",
    authorization_endpoint="https://auth.mercadolibre.com/authorization",
    token_endpoint="https://api.mercadolibre.com/oauth/token",
    userinfo_endpoint="https://api.mercadolibre.com/users/me",
    scope="read",
    auth_method="client_secret_post",
    # `confirmed_email` is documented, though libraries do not read it:
    # https://developers.mercadolibre.com.ar/en_us/manage-users
    claims=userinfo_claims(
        sub="id",
        name="first_name last_name",
        preferred_username="nickname",
        email="email",
        email_verified="status.confirmed_email",
        picture="thumbnail.picture_url",
    ),
    offline={"scope": "offline_access"},
    # Each country has its own login page; the rest is shared.
    settings=(
        Setting(
            ending="AUTH_DOMAIN",
            default="auth.mercadolibre.com",
            example="auth.mercadolibre.com.ar",
        ),
    ),
    console_url="https://developers.mercadolibre.com.ar/devcenter",
    console_hint="Create new application; add the URI, scope read, PKCE on.",
    loopback_host="",
    # White and yellow have too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ffe600"),
)
