"""Zendesk.  Docs: https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="zendesk",
    label="Zendesk",
    identity_issuer="https://your-company.zendesk.com",
    authorization_endpoint="https://your-company.zendesk.com/oauth/authorizations/new",
    token_endpoint="https://your-company.zendesk.com/oauth/tokens",
    userinfo_endpoint="https://your-company.zendesk.com/api/v2/users/me.json",
    # Libraries ask for `read`, which shows tickets too.
    scope="users:read",
    auth_method="client_secret_post",
    # `verified` there is about any of the person's identities, not about this address.
    claims=userinfo_claims(
        sub="user.id", name="user.name", email="user.email", picture="user.photo.content_url"
    ),
    offline={},
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-company.zendesk.com",
            example="acme.zendesk.com",
        ),
    ),
    console_hint="Admin Center, Apps and integrations, APIs, OAuth clients: Confidential.",
    colors=Colors(background="#03363d", text="#fff", mark="white"),
)
