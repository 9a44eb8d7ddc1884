"""GitLab.  Docs: https://docs.gitlab.com/integration/openid_connect_provider."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="gitlab",
    label="GitLab",
    issuer="https://gitlab.com",
    # OpenID Connect in place of the REST API, which most libraries ask: ID Tokens are signed.
    scope="openid profile email",
    auth_method="client_secret_post",
    # GitLab's OpenID Connect has no handler for prompt=select_account and ends with an error.
    # Source: https://github.com/doorkeeper-gem/doorkeeper-openid_connect/issues/107
    choose_account={"prompt": "login"},
    offline={},
    console_url="https://gitlab.com/-/user_settings/applications",
    console_hint="Add new application: Confidential, with the scopes openid, profile and email.",
    # White on GitLab's orange has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#fc6d26"),
)
