"""Wikimedia.  Docs: https://www.mediawiki.org/wiki/OAuth/For_Developers."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="wikimedia",
    label="Wikimedia",
    identity_issuer="https://meta.wikimedia.org",
    authorization_endpoint="https://meta.wikimedia.org/w/rest.php/oauth2/authorize",
    token_endpoint="https://meta.wikimedia.org/w/rest.php/oauth2/access_token",
    userinfo_endpoint="https://meta.wikimedia.org/w/rest.php/oauth2/resource/profile",
    # What is asked for is chosen at the registration.  OpenID Connect is there only in part.
    auth_method="client_secret_post",
    # `sub` is the number of the global account; user names can be changed.  `confirmed_email` is
    # about the address beside it: mediawiki-extensions-OAuth, UserStatementProvider.php
    claims=userinfo_claims(
        sub="sub",
        name="realname",
        preferred_username="username",
        email="email",
        email_verified="confirmed_email",
    ),
    offline={},
    console_url="https://meta.wikimedia.org/wiki/Special:OAuthConsumerRegistration/propose/oauth2",
    console_hint="OAuth 2.0, confidential; User identity verification only, with e-mail address.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
