"""Xero.  Docs: https://developer.xero.com/documentation/guides/oauth2/sign-in."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="xero",
    label="Xero",
    issuer="https://identity.xero.com",
    # `sub` of the ID Token; some libraries use its `xero_userid`, another id of the same user.
    # Their /connections of the API is about companies; the ID Token has all claims.
    scope="openid profile email",
    # The guide uses Basic; post works too, says half of the libraries.
    auth_method="client_secret_basic",
    offline={"scope": "offline_access"},
    # Xero does not say whether an address is verified.
    console_url="https://developer.xero.com/app/manage",
    console_hint="New app, type Web app; Configuration: the redirect URI and a secret.",
    # White on Xero's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#13b5ea"),
)
