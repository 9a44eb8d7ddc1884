"""Mercado Pago.  Docs: https://www.mercadopago.com.ar/developers/en/docs/security/oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="mercadopago",
    label="Mercado Pago",
    identity_issuer="https://api.mercadopago.com",
    authorization_endpoint="https://auth.mercadopago.com/authorization",
    token_endpoint="https://api.mercadopago.com/oauth/token",
    userinfo_endpoint="https://api.mercadopago.com/users/me",
    scope="read",
    authorization_params={"platform_id": "mp"},
    auth_method="client_secret_post",
    # The profile has a `confirmed_email`, but the documentation does not say what it means.
    claims=userinfo_claims(
        sub="id",
        name="first_name last_name",
        preferred_username="nickname",
        email="email",
        picture="thumbnail.picture_url",
    ),
    offline={"scope": "offline_access"},
    # Each country has its own login page; the rest is shared.
    settings=(
        Setting(
            ending="AUTH_DOMAIN",
            default="auth.mercadopago.com",
            example="auth.mercadopago.com.ar",
        ),
    ),
    console_url="https://www.mercadopago.com/developers/panel/app",
    console_hint="Create application; Edit data: add the URI, PKCE on.",
    loopback_host="",
    # White on Mercado Pago's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#00b1ea"),
)
