"""Kanidm.  Docs: https://kanidm.github.io/kanidm/stable/integrations/oauth2.html."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Document, Grant, Provider, Setting


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: the book writes the issuer with a slash at the end, the server without.

    Source: https://kanidm.github.io/kanidm/stable/integrations/oauth2.html
    """
    return (provider.issuer, f"{provider.issuer}/")


def claims(grant: Grant) -> Claims:
    """Quirk: `email_verified` is true of every address; the server's code has it as a constant.

    The owner of the directory can vouch for its addresses: KANIDM_EMAIL_VERIFIED=always.
    Source: https://github.com/kanidm/kanidm/blob/master/server/lib/src/idm/oauth2.rs
    """
    return replace(standard_claims(grant), email_verified=False)


PROVIDER = Provider(
    name="kanidm",
    label="Kanidm",
    # Each client has its own issuer.
    issuer="https://idm.example.com/oauth2/openid/your-app",
    scope="openid profile email",
    # The book asks for Basic.
    auth_method="client_secret_basic",
    # Refresh token: unconfirmed.
    issuers=issuers,
    claims=claims,
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://idm.example.com",
            example="https://idm.example.com",
        ),
        Setting(ending="NAME", required=True, default="your-app", example="my-app"),
    ),
    console_url="https://kanidm.github.io/kanidm/stable/integrations/oauth2.html",
    console_hint="kanidm system oauth2 create; NAME is the client's name, the same as CLIENT_ID.",
    colors=Colors(background="#fff", text="#1f1f1f", border="#6e7781"),
)
