"""Okta.  Docs: https://developer.okta.com/docs/guides/implement-grant-type/authcode/main/."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="okta",
    label="Okta",
    # A custom authorization server; the organization's own one has the domain alone as its issuer.
    issuer="https://your-company.okta.com/oauth2/default",
    scope="openid profile email",
    # Most libraries send the form; Basic is what Okta gives a new web app.
    auth_method="client_secret_basic",
    # Okta documents none, consent and login, but no select_account.
    choose_account={"prompt": "login"},
    # The app must also have the grant type Refresh Token.
    offline={"scope": "offline_access"},
    settings=(
        # Before the domain, in which the same word could be.
        Setting(ending="AUTHORIZATION_SERVER", default="default", example="aus1a2b3c4D5e6F7g8h9"),
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-company.okta.com",
            example="acme.okta.com",
        ),
    ),
    console_url="https://login.okta.com/",
    console_hint="Admin, Applications, Create App Integration: OIDC, Web Application.",
    # White on Okta's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#007dc1"),
)
