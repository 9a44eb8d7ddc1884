"""WorkOS.  Docs: https://workos.com/docs/authkit/connect/oauth."""

from ..oauth.provider import Colors, Provider, Setting

# WorkOS has three ways to sign in.  This is Connect, which speaks OpenID Connect and says whether
# an address is verified.  The SSO API, which most libraries use, does neither, and sends everybody
# to one connection; the AuthKit API is not OAuth 2.0.
PROVIDER = Provider(
    name="workos",
    label="WorkOS",
    issuer="https://your-company.authkit.app",
    scope="openid profile email",
    auth_method="client_secret_post",
    offline={"scope": "offline_access"},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-company.authkit.app",
            example="acme.authkit.app",
        ),
    ),
    console_url="https://dashboard.workos.com",
    console_hint="Connect: create an OAuth application; Domains: the AuthKit domain.",
    # WorkOS's purple, of its own pages.
    colors=Colors(background="#6363f1", text="#fff", mark="white"),
)
