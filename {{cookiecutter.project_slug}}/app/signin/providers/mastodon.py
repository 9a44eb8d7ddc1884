"""Mastodon.  Docs: https://docs.joinmastodon.org/methods/oauth/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="mastodon",
    label="Mastodon",
    # Each server counts its own accounts.
    identity_issuer="https://mastodon.example.com",
    authorization_endpoint="https://mastodon.example.com/oauth/authorize",
    token_endpoint="https://mastodon.example.com/oauth/token",
    userinfo_endpoint="https://mastodon.example.com/api/v1/accounts/verify_credentials",
    revocation_endpoint="https://mastodon.example.com/oauth/revoke",
    # Since 4.3; read:accounts of most libraries shows all accounts that the person can see.
    # There is no e-mail address.
    scope="profile",
    # As the guide has it; some libraries have Basic.
    auth_method="client_secret_post",
    choose_account={"force_login": "true"},
    claims=userinfo_claims(
        sub="id", name="display_name", preferred_username="username", picture="avatar"
    ),
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://mastodon.example.com",
            example="https://mastodon.social",
        ),
    ),
    console_hint="Preferences, Development, New application, with the URI; only the scope profile.",
    # White on Mastodon's purple has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#6364ff"),
)
