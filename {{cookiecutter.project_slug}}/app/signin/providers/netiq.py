"""NetIQ Access Manager.  Docs: https://www.microfocus.com/documentation/access-manager/5.0/admin/b1dj6b2f.html."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="netiq",
    label="NetIQ Access Manager",
    issuer="https://login.example.com/nidp/oauth/nam",
    scope="openid profile email",
    auth_method="client_secret_basic",
    # PKCE: S256 is in the metadata of version 5; older versions ignore it (unconfirmed).
    pkce=True,
    # Refresh token: unconfirmed; it depends on the client's grant types.
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://login.example.com",
            example="https://login.example.com",
        ),
    ),
    console_url="https://www.microfocus.com/documentation/access-manager/5.0/admin/b1dj6b2f.html",
    console_hint="OAuth & OpenID Connect: a client of type Web Based, Authorization Code.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
