"""A provider of each kind and our registration there, for tests to start from."""

from typing import Any

from app.signin.oauth.provider import Client, Provider

OPENID = Provider(
    name="openid", label="OpenID", scope="openid email profile", issuer="https://id.example"
)
PLAIN = Provider(
    name="plain",
    label="Plain",
    scope="read:user",
    identity_issuer="https://plain.example",
    authorization_endpoint="https://plain.example/authorize",
    token_endpoint="https://plain.example/token",
    userinfo_endpoint="https://plain.example/me",
    auth_method="client_secret_post",
)
# What OPENID publishes.
METADATA = {
    "issuer": "https://id.example",
    "authorization_endpoint": "https://id.example/authorize",
    "token_endpoint": "https://id.example/token",
    "userinfo_endpoint": "https://id.example/userinfo",
    "jwks_uri": "https://id.example/keys",
}


def client(provider: Provider = OPENID, **changes: Any) -> Client:
    values = {
        "provider": provider,
        "client_id": "our-id",
        "client_secret": "our-own-secret",
        "redirect_uri": f"https://app.example.org/callback/{provider.name}",
    }
    return Client(**values | changes)
