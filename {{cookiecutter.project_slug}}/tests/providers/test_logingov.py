"""Login.gov: the token request, which we sign."""

import time

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from app.signin.oauth.errors import TokenError
from app.signin.providers.logingov import PROVIDER, authenticate
from tests.examples import client

KEY = RSAKey.generate_key(2048)
PEM = KEY.as_pem(private=True).decode()
URL = "https://secure.login.gov/api/openid_connect/token"


def token_request(private_key: str) -> requests.Request:
    request = requests.Request("POST", URL, data={"code": "c"})
    settings = {"PRIVATE_KEY": private_key}
    authenticate(client(PROVIDER, client_secret="", settings=settings), request)
    return request


@pytest.mark.parametrize("pem", [PEM, PEM.replace("\n", "\\n")], ids=["lines", "one line"])
def test_what_login_gov_can_check(pem):
    form = token_request(pem).data
    token = jwt.decode(form["client_assertion"], KEY, algorithms=["RS256"])

    assert form["code"] == "c"
    assert "client_secret" not in form
    assert form["client_assertion_type"].endswith(":jwt-bearer")
    assert token.claims["iss"] == token.claims["sub"] == "our-id"
    assert token.claims["aud"] == URL
    assert time.time() - 5 < token.claims["iat"] < token.claims["exp"] < time.time() + 600


def test_each_signature_is_new():
    one, other = (token_request(PEM).data["client_assertion"] for _ in range(2))
    ids = {jwt.decode(token, KEY, algorithms=["RS256"]).claims["jti"] for token in (one, other)}

    assert len(ids) == 2
    assert all(len(name) >= 40 for name in ids)


UNUSABLE = {
    "no PEM": "not a key",
    "cut off": PEM[:200],
    "a public key": KEY.as_pem(private=False).decode(),
    "EC": ECKey.generate_key("P-256").as_pem(private=True).decode(),
}


@pytest.mark.parametrize("pem", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_cannot_sign_is_the_owners_mistake(pem, caplog):
    with pytest.raises(TokenError) as caught:
        token_request(pem)

    assert caught.value.error == "invalid_client"
    assert "LOGINGOV_PRIVATE_KEY" in caplog.text
    assert pem not in caplog.text
