"""JumpCloud.  Docs: https://jumpcloud.com/support/sso-with-oidc."""

from ..oauth.provider import Colors, Document, Provider


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: JumpCloud writes its issuer with a slash at the end, and its guides without.

    Source: https://docs.netbird.io/selfhosted/identity-providers
    """
    return (provider.issuer, f"{provider.issuer}/")


PROVIDER = Provider(
    name="jumpcloud",
    label="JumpCloud",
    # The same for all organizations: the client ID says which.
    issuer="https://oauth.id.jumpcloud.com",
    # Libraries ask for openid alone, which gives no name and no address.
    scope="openid profile email",
    auth_method="client_secret_post",
    # `email_verified` is documented with the scope `email`; what makes it true: unconfirmed.
    # https://jumpcloud.com/support/oidc-attributes-claims
    # The app must also have the grant type Refresh Token.
    offline={"scope": "offline_access"},
    # select_account: unconfirmed; JumpCloud does not document it.
    choose_account={"prompt": "login"},
    issuers=issuers,
    console_url="https://console.jumpcloud.com",
    console_hint="SSO Applications: Custom, OIDC; Client Secret POST; scopes Email, Profile.",
    # JumpCloud's green; white on it has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#41c8c3"),
)
