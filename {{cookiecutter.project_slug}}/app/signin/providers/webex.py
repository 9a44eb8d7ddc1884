"""Webex.  Docs: https://developer.webex.com/docs/login-with-webex."""

import re

from ..oauth.provider import Colors, Document, Provider

BROKER = re.compile(r"https://idbroker(-[a-z]+)*\.webex\.com/idb")


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: each region has its own issuer, and the metadata names that of the one who asks.

    Source: https://github.com/openiddict/openiddict-core/blob/dev/src/OpenIddict.Client.WebIntegration/OpenIddictClientWebIntegrationHandlers.Protection.cs
    """
    named = (str(document.get(name)) for document, name in ((metadata, "issuer"), (claims, "iss")))
    return (provider.issuer, *filter(BROKER.fullmatch, named))


PROVIDER = Provider(
    name="webex",
    label="Webex",
    issuer="https://idbroker.webex.com/idb",
    metadata_url="https://webexapis.com/v1/.well-known/openid-configuration",
    # Libraries ask for spark:people_read and read /people/me, whose `id` is another one; a login
    # needs no access to the API, and only the ID Token says whether the address is verified.
    scope="openid profile email",
    # The guide sends the secret by post, though the metadata lists Basic alone.
    auth_method="client_secret_post",
    # Refresh token: unconfirmed without a scope of the API.
    issuers=issuers,
    console_url="https://developer.webex.com/my-apps/new/integration",
    console_hint="Create an Integration; add the redirect URI; no scope of the list is needed.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
