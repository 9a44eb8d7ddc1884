"""Gumroad.  Docs: https://gumroad.com/api."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="gumroad",
    label="Gumroad",
    identity_issuer="https://gumroad.com",
    authorization_endpoint="https://gumroad.com/oauth/authorize",
    token_endpoint="https://api.gumroad.com/oauth/token",
    userinfo_endpoint="https://api.gumroad.com/v2/user",
    # One library asks for edit_products; this is enough for name, picture and address:
    # antiwork/gumroad, app/models/concerns/user/as_json.rb
    scope="view_profile",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # `profile_url` is the picture, `url` the profile page.
    claims=userinfo_claims(
        sub="user.user_id", name="user.name", email="user.email", picture="user.profile_url"
    ),
    # https://help.gumroad.com/article/280-create-application-api
    offline={},
    console_url="https://gumroad.com/settings/advanced#application-form",
    console_hint="Create application; add the URI.",
    # White on Gumroad's pink has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ff90e8"),
)
