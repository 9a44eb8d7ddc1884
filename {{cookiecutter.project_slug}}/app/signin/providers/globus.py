"""Globus.  Docs: https://docs.globus.org/api/auth/reference/."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="globus",
    label="Globus",
    issuer="https://auth.globus.org",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # A library asks for the scope offline_access; the reference has this parameter instead.
    offline={"access_type": "offline"},
    # The only value of `prompt` that the reference knows.
    choose_account={"prompt": "login"},
    console_url="https://app.globus.org/settings/developers",
    console_hint="Register a portal, science gateway, or other application; add the URI.",
    # White on Globus's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ca6201"),
)
