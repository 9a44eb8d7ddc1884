"""Apple: the client secret, which we sign."""

import time

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from app.signin.oauth.errors import TokenError
from app.signin.providers.apple import PROVIDER, authenticate
from tests.examples import client

KEY = ECKey.generate_key("P-256")
PEM = KEY.as_pem(private=True).decode()


def token_request(private_key: str) -> requests.Request:
    settings = {"TEAM_ID": "our-team", "KEY_ID": "our-key", "PRIVATE_KEY": private_key}
    request = requests.Request("POST", "https://appleid.apple.com/auth/token", data={"code": "c"})
    authenticate(client(PROVIDER, client_secret="", settings=settings), request)
    return request


@pytest.mark.parametrize("pem", [PEM, PEM.replace("\n", "\\n")], ids=["lines", "one line"])
def test_what_apple_can_check(pem):
    form = token_request(pem).data
    token = jwt.decode(form["client_secret"], KEY, algorithms=["ES256"])

    assert form["client_id"] == "our-id"
    assert form["code"] == "c"
    assert token.header["kid"] == "our-key"
    assert token.claims["iss"] == "our-team"
    assert token.claims["sub"] == "our-id"
    assert token.claims["aud"] == "https://appleid.apple.com"
    assert time.time() - 5 < token.claims["iat"] < token.claims["exp"] < time.time() + 3600


UNUSABLE = {
    "no PEM": "not a key",
    "cut off": PEM[:80],
    "a public key": KEY.as_pem(private=False).decode(),
    "RSA": RSAKey.generate_key(2048).as_pem(private=True).decode(),
    "another curve": ECKey.generate_key("P-384").as_pem(private=True).decode(),
    "encrypted": KEY.as_pem(private=True, password="secret").decode(),
}


@pytest.mark.parametrize("pem", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_cannot_sign_is_the_owners_mistake(pem, caplog):
    with pytest.raises(TokenError) as caught:
        token_request(pem)

    assert caught.value.error == "invalid_client"
    assert "APPLE_PRIVATE_KEY" in caplog.text
    assert pem not in caplog.text
