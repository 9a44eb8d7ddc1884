"""Intercom.  Docs: https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider
from ..oauth.token import bearer_by_default

PROVIDER = Provider(
    name="intercom",
    label="Intercom",
    identity_issuer="https://www.intercom.com",
    # The guide's host; some libraries still have app.intercom.io, its former name.
    authorization_endpoint="https://app.intercom.com/oauth",
    token_endpoint="https://api.intercom.io/auth/eagle/token",
    userinfo_endpoint="https://api.intercom.io/me",
    # There are no scopes: the permissions of the app count.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # Not every example of the token response has a token_type.
    read_tokens=bearer_by_default,
    # `email_verified` is documented, though libraries do not read it:
    # https://developers.intercom.com/docs/references/2.6/rest-api/admins/view-the-current-admin
    claims=userinfo_claims(
        sub="id",
        name="name",
        email="email",
        email_verified="email_verified",
        picture="avatar.image_url",
    ),
    console_url="https://app.intercom.com/a/apps/_/developer-hub",
    console_hint="New app; Authentication: Use OAuth, add the URI; permission Read admins.",
    # http on this machine: unconfirmed.
    loopback_host="",
    # White on Intercom's light blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#6afdef"),
)
