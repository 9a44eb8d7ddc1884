"""Mailchimp.  Docs: https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider
from ..oauth.token import bearer_by_default

PROVIDER = Provider(
    name="mailchimp",
    label="Mailchimp",
    identity_issuer="https://login.mailchimp.com",
    authorization_endpoint="https://login.mailchimp.com/oauth2/authorize",
    token_endpoint="https://login.mailchimp.com/oauth2/token",
    userinfo_endpoint="https://login.mailchimp.com/oauth2/metadata",
    # There are no scopes: the access token can do what the person can.
    # PKCE: unconfirmed; the guide does not mention it, and libraries send it.
    auth_method="client_secret_post",
    # The documented token response has no token_type.
    read_tokens=bearer_by_default,
    # `user_id`, which some libraries take, is that of the account, which several people may share;
    # so is `accountname`, a company's name.
    claims=userinfo_claims(
        sub="login.login_id",
        preferred_username="login.login_name",
        email="login.email",
        picture="login.avatar",
        scheme="OAuth",
    ),
    console_url="https://admin.mailchimp.com/account/oauth2/",
    console_hint="Register An App, with the redirect URI; 127.0.0.1, not localhost.",
    loopback_host="127.0.0.1",
    # White on Mailchimp's yellow has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ffe01b"),
)
