"""Adobe.  Docs: https://developer.adobe.com/developer-console/docs/guides/authentication/UserAuthentication/ims."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="adobe",
    label="Adobe",
    issuer="https://ims-na1.adobelogin.com",
    # Below a path that is not the issuer's.
    metadata_url="https://ims-na1.adobelogin.com/ims/.well-known/openid-configuration",
    # Libraries use older addresses.  The scopes are separated as OpenID Connect has it; Adobe's
    # examples and one library have commas.
    scope="openid email profile",
    # The metadata lists Basic and post; libraries use post.
    auth_method="client_secret_basic",
    # Adobe documents only none and login.
    choose_account={"prompt": "login"},
    # Not all of Adobe's APIs allow it.
    offline={"scope": "offline_access"},
    # auth_time in ID Tokens: unconfirmed; Adobe documents no max_age.
    max_age=False,
    console_url="https://developer.adobe.com/console",
    console_hint="Project: Add API, User Authentication, OAuth Web App; the redirect URI.",
    loopback_host="",
    # Adobe's red (unconfirmed); white on it has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#fa0f00"),
)
