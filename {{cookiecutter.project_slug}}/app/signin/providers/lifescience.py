"""Life Science Login.  Docs: https://lifescience-ri.eu/ls-login/documentation/service-provider-documentation/service-provider-documentation.html."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="lifescience",
    label="Life Science Login",
    # With the slash.  Libraries have an issuer of the ELIXIR AAI too, which this replaced.
    issuer="https://login.aai.lifescience-ri.eu/oidc/",
    # A library asks for no profile, and gets no name.
    scope="openid profile email",
    auth_method="client_secret_basic",
    offline={"scope": "offline_access"},
    console_url="https://lifescience-ri.eu/ls-login/",
    console_hint="OIDC, Authorization Code Flow, Require PKCE; not a public client.",
    # White on its orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ee7624"),
)
