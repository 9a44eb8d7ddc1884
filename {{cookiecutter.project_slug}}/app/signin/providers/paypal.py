"""PayPal.  Docs: https://developer.paypal.com/log-in/references."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

# Plain OAuth 2.0: its metadata exists, but its token responses have no ID Token.
PROVIDER = Provider(
    name="paypal",
    label="PayPal",
    identity_issuer="https://www.paypal.com",
    # /signin/authorize, which many libraries use, is for apps from before 2018:
    # https://developer.paypal.com/docs/log-in-with-paypal/reference/
    authorization_endpoint="https://www.paypal.com/connect",
    authorization_params={"flowEntry": "static"},
    token_endpoint="https://api-m.paypal.com/v1/oauth2/token",
    # Libraries use its twin with schema=paypalv1.1; this one is in the reference, and it says
    # whether the address is verified: https://developer.paypal.com/api/identity/v1/userinfo-get/
    userinfo_endpoint="https://api-m.paypal.com/v1/identity/openidconnect/userinfo",
    scope="openid profile email",
    # PKCE: unconfirmed; the guide does not mention it, libraries send it.
    auth_method="client_secret_basic",
    # `user_id` is an address.  It is kept whole, as documented; some libraries keep its last part.
    # `verified_account` is about the account, not about the address.
    claims=userinfo_claims(
        sub="user_id",
        name="name",
        email="email",
        email_verified="email_verified",
        picture="picture",
        query={"schema": "openid"},
    ),
    offline={},
    console_url="https://developer.paypal.com/dashboard/applications/live",
    console_hint="Log in with PayPal, Advanced settings: the URI, full name and e-mail address.",
    loopback_host="127.0.0.1",
    colors=Colors(background="#002991", text="#fff", mark="white"),
)
