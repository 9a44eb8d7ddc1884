"""SimpleLogin.  Docs: https://simplelogin.io/docs/siwsl/intro/."""

from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the picture is called `avatar_url`, and `email_verified` is true for each address.

    The address that people choose is not checked against those that they own.

    Source: https://github.com/simple-login/app/blob/master/app/oauth/views/authorize.py
    """
    picture = grant.id_token.get("avatar_url")
    return replace(standard_claims(grant), email_verified=False, picture=picture)


PROVIDER = Provider(
    name="simplelogin",
    label="SimpleLogin",
    issuer="https://app.simplelogin.io",
    # The ID Token has all claims whatever the scope is, but the nonce only for `openid` alone:
    # simple-login/app, app/oauth/views/token.py.  Libraries ask for profile and email too.
    scope="openid",
    # `deny`: simple-login/app, app/oauth/views/authorize.py.
    cancel_errors=("deny", "access_denied"),
    auth_method="client_secret_basic",
    # SimpleLogin documents no parameter for it.
    choose_account={},
    claims=claims,
    console_url="https://app.simplelogin.io/developer",
    console_hint="New website; OAuth Settings: add the URI.",
    # White on SimpleLogin's pink has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ea319f"),
)
