"""Polar.  Docs: https://polar.sh/docs/integrate/oauth2/connect."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="polar",
    label="Polar",
    issuer="https://polar.sh",
    # The metadata is at the API's host, not at the issuer:
    # https://github.com/polarsource/polar/issues/4000
    metadata_url="https://api.polar.sh/.well-known/openid-configuration",
    scope="openid profile email",
    # Without it an app may sign in an organization, and `sub` would be that organization's.
    authorization_params={"sub_type": "user"},
    # The metadata lists client_secret_basic too, but that fails: see polar#4000 above.
    auth_method="client_secret_post",
    # A library asks for offline_access, which the metadata does not list.
    offline={},
    console_url="https://polar.sh/settings",
    console_hint="OAuth Applications, New OAuth App: Confidential Client; openid, profile, email.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
