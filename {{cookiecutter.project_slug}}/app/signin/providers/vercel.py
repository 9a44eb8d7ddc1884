"""Vercel.  Docs: https://vercel.com/docs/sign-in-with-vercel/authorization-server-api."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="vercel",
    label="Vercel",
    issuer="https://vercel.com",
    scope="openid email profile",
    # The documented ID Token has no email_verified, unlike some libraries say, so an address counts
    # as unverified: https://vercel.com/docs/sign-in-with-vercel/tokens
    auth_method="client_secret_post",
    offline={"scope": "offline_access"},
    console_url="https://vercel.com/dashboard",
    console_hint="Team Settings, Apps, Create; Permissions: openid, email, profile.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
