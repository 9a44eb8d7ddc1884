"""42.  Docs: https://api.intra.42.fr/apidoc/guides/web_application_flow."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="fortytwo",
    label="42",
    identity_issuer="https://api.intra.42.fr",
    authorization_endpoint="https://api.intra.42.fr/oauth/authorize",
    token_endpoint="https://api.intra.42.fr/oauth/token",
    userinfo_endpoint="https://api.intra.42.fr/v2/me",
    scope="public",
    # PKCE: unconfirmed; the guide does not mention it.
    # The guide sends the secret in the form; one library uses Basic.
    auth_method="client_secret_post",
    claims=userinfo_claims(
        sub="id",
        name="usual_full_name",
        preferred_username="login",
        email="email",
        picture="image.link",
    ),
    offline={},
    console_url="https://profile.intra.42.fr/oauth/applications/new",
    console_hint="Scope: Access the user public data; replace the secret before it expires.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
