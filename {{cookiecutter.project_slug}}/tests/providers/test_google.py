"""Google: recorded answers, and what they must become."""

import time

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.oauth.provider import Claims
from app.providers.google import PROVIDER

KEY = RSAKey.generate_key(2048, {"kid": "a1b2", "use": "sig", "alg": "RS256"})
METADATA = {
    "issuer": "https://accounts.google.com",
    "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
    "token_endpoint": "https://oauth2.googleapis.com/token",
    "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
    "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
    "id_token_signing_alg_values_supported": ["RS256"],
    "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    "code_challenge_methods_supported": ["plain", "S256"],
}


@pytest.fixture
def answers(recorded):
    recorded.get(f"{METADATA['issuer']}/.well-known/openid-configuration", json=METADATA)
    recorded.get(METADATA["jwks_uri"], json={"keys": [KEY.as_dict(private=False)]})

    def add(**more):
        now = int(time.time())
        claims = {
            "iss": "https://accounts.google.com",
            "azp": "our-id",
            "aud": "our-id",
            "sub": "110169484474386276334",
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "email_verified": True,
            "picture": "https://lh3.googleusercontent.com/a/photo=s96-c",
            "given_name": "Ada",
            "nonce": "the-nonce",
            "iat": now,
            "exp": now + 3599,
        }
        token = jwt.encode({"alg": "RS256", "kid": "a1b2"}, claims | more, KEY)
        tokens = {"access_token": "ya29.a0", "token_type": "Bearer", "id_token": token}
        return recorded.post(METADATA["token_endpoint"], json=tokens)

    return add


def test_a_login(finish, answers):
    token_request = answers()

    assert finish(PROVIDER, nonce="the-nonce") == Claims(
        sub="110169484474386276334",
        name="Ada Lovelace",
        email="ada@example.com",
        email_verified=True,
        picture="https://lh3.googleusercontent.com/a/photo=s96-c",
    )
    assert "client_secret=our-own-secret" in token_request.calls[0].request.body


def test_an_account_of_an_organization(finish, answers):
    answers(hd="example.com")

    assert finish(PROVIDER, nonce="the-nonce").member_of == ("example.com",)


def test_what_is_asked_for():
    assert PROVIDER.scope == "openid email profile"
