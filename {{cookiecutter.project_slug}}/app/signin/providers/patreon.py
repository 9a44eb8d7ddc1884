"""Patreon.  Docs: https://docs.patreon.com/#oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

FIELDS = ("email", "full_name", "image_url", "is_email_verified", "vanity")

PROVIDER = Provider(
    name="patreon",
    label="Patreon",
    identity_issuer="https://www.patreon.com",
    authorization_endpoint="https://www.patreon.com/oauth2/authorize",
    token_endpoint="https://www.patreon.com/api/oauth2/token",
    # Version 2; some libraries still ask version 1, which does not say whether it is verified.
    userinfo_endpoint="https://www.patreon.com/api/oauth2/v2/identity",
    scope="identity identity[email]",
    # PKCE: unconfirmed; the guide does not mention it, and libraries send it.
    auth_method="client_secret_post",
    # Only the fields that are asked for are sent.
    claims=userinfo_claims(
        sub="data.id",
        name="data.attributes.full_name",
        preferred_username="data.attributes.vanity",
        email="data.attributes.email",
        email_verified="data.attributes.is_email_verified",
        picture="data.attributes.image_url",
        query={"fields[user]": ",".join(FIELDS)},
    ),
    offline={},
    console_url="https://www.patreon.com/portal/registration/register-clients",
    console_hint="Create Client, API version 2, with the URI under Redirect URIs.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
