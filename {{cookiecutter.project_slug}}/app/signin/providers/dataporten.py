"""Feide.  Docs: https://docs.feide.no/reference/oauth_oidc/openid_connect_details.html."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="dataporten",
    label="Feide",
    # Libraries use plain OAuth 2.0; it is an OpenID Provider with metadata.
    issuer="https://auth.dataporten.no",
    scope="openid profile email",
    # The metadata lists Basic and post; most libraries use post.
    auth_method="client_secret_basic",
    console_url="https://kunde.feide.no",
    console_hint="Services, OpenID Connect configuration; attribute groups name, photo, email.",
    colors=Colors(background="#1f4698", text="#fff", mark="white"),
)
