"""SWITCH edu-ID.  Docs: https://help.switch.ch/eduid/docs/services/openid-connect/scopes/."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="eduid",
    label="SWITCH edu-ID",
    # With the slash.  Libraries have its test server, and another service of this name in Germany.
    issuer="https://login.eduid.ch/",
    # Without the further scopes of a library, for affiliations: they are not needed to sign in.
    scope="openid profile email",
    auth_method="client_secret_basic",
    # Refresh token: unconfirmed; the metadata lists offline_access.
    console_url="https://rr.aai.switch.ch",
    console_hint="Resource Registry: an OpenID Connect resource with the URI.",
    colors=Colors(background="#00548c", text="#fff", mark="white"),
)
