"""bexio.  Docs: https://docs.bexio.com/."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="bexio",
    label="bexio",
    issuer="https://auth.bexio.com/realms/bexio",
    scope="openid profile email",
    auth_method="client_secret_basic",
    offline={"scope": "offline_access"},
    console_url="https://developer.bexio.com",
    console_hint="New app; add the URI under Allowed redirect URLs.",
    colors=Colors(background="#0d2f3b", text="#fff", mark="white"),
)
