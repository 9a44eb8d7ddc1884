"""Forgejo.  Docs: https://forgejo.org/docs/latest/user/oauth2-provider/."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Document, Grant, Provider, Setting


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: in some versions the issuer ends with a slash.

    Source: https://codeberg.org/forgejo/forgejo/src/branch/forgejo/routers/web/auth/oauth.go
    """
    return (provider.issuer, provider.issuer + "/")


def claims(grant: Grant) -> Claims:
    """Quirk: `email_verified` is true for each active account, checked address or not.

    Source: https://codeberg.org/forgejo/forgejo/src/branch/forgejo/routers/web/auth/oauth.go
    """
    return replace(standard_claims(grant), email_verified=False)


PROVIDER = Provider(
    name="forgejo",
    label="Forgejo",
    issuer="https://forgejo.example.com",
    # OpenID Connect in place of the REST API, which most libraries ask: ID Tokens are signed.
    # Without read:user the access token could do anything in the person's name:
    # https://forgejo.org/docs/latest/user/oauth2-provider/
    scope="openid profile email read:user",
    auth_method="client_secret_post",
    # It documents no parameter for it.
    choose_account={},
    issuers=issuers,
    claims=claims,
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://forgejo.example.com",
            example="https://forgejo.example.com",
        ),
    ),
    offline={},
    console_hint="Settings, Applications: Create OAuth2 application, confidential, with the URI.",
    # White on Forgejo's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#fb923c"),
)
