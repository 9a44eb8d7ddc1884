"""Amazon.  Docs: https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="amazon",
    label="Amazon",
    identity_issuer="https://www.amazon.com",
    authorization_endpoint="https://www.amazon.com/ap/oa",
    token_endpoint="https://api.amazon.com/auth/o2/token",
    userinfo_endpoint="https://api.amazon.com/user/profile",
    scope="profile",
    auth_method="client_secret_post",
    # There is no picture, and nothing says whether the address is verified.
    claims=userinfo_claims(sub="user_id", name="name", email="email"),
    offline={},
    console_url="https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html",
    console_hint="Create a New Security Profile; Web Settings: Allowed Return URLs.",
    # White on Amazon's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff9900"),
)
