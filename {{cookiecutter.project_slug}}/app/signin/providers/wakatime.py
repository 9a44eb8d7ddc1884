"""WakaTime.  Docs: https://wakatime.com/developers#authentication."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="wakatime",
    label="WakaTime",
    identity_issuer="https://wakatime.com",
    authorization_endpoint="https://wakatime.com/oauth/authorize",
    token_endpoint="https://wakatime.com/oauth/token",
    userinfo_endpoint="https://api.wakatime.com/api/v1/users/current",
    revocation_endpoint="https://wakatime.com/oauth/revoke",
    # With more than one, commas separate them.
    scope="email",
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    # `is_email_confirmed`: verified with a mail to that address, says
    # https://wakatime.com/developers#users
    claims=userinfo_claims(
        sub="data.id",
        name="data.display_name",
        preferred_username="data.username",
        email="data.email",
        email_verified="data.is_email_confirmed",
        picture="data.photo",
    ),
    offline={},
    console_url="https://wakatime.com/apps",
    console_hint="Create an app; add the URI.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
