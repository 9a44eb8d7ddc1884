"""The code for tokens."""

import json
from base64 import b64decode
from dataclasses import replace
from urllib.parse import unquote_plus

import pytest
import requests

from app.signin.oauth.authorization import LoginRequest
from app.signin.oauth.errors import InvalidResponse, OAuthError, ProviderUnavailable, TokenError
from app.signin.oauth.responses import Response
from app.signin.oauth.token import (
    authenticate,
    bearer_by_default,
    code_request,
    read_token_response,
)
from tests.examples import METADATA, OPENID, PLAIN, client

CALLBACK = {"state": "s", "code": "c"}


def response(body, status=200):
    return Response(status, body if isinstance(body, bytes) else json.dumps(body).encode())


# --- The request


def test_the_request_has_the_code_its_verifier_and_our_credentials():
    login = LoginRequest()
    request = code_request(client(PLAIN), METADATA, login, CALLBACK["code"], CALLBACK)

    assert (request.method, request.url) == ("POST", "https://id.example/token")
    assert request.data == {
        "grant_type": "authorization_code",
        "code": "c",
        "redirect_uri": "https://app.example.org/callback/plain",
        "code_verifier": login.code_verifier,
        "client_id": "our-id",
        "client_secret": "our-own-secret",
    }


def test_a_declaration_may_change_the_request():
    provider = replace(
        PLAIN,
        pkce=False,
        authenticate=lambda client, request: request.data.update(assertion="signed"),
        edit_token_request=lambda client, request, callback: request.data.update(callback),
    )
    code = CALLBACK["code"]
    data = code_request(client(provider), METADATA, LoginRequest(), code, CALLBACK).data

    assert set(data) == {"grant_type", "code", "redirect_uri", "assertion", "state"}


def authenticated(method="", listed=None, **changes):
    """Return the Authorization header and the body of a request with our credentials."""
    metadata = {"token_endpoint_auth_methods_supported": listed} if listed else {}
    request = requests.Request("POST", "https://t.example", data={"code": "c"})
    authenticate(client(replace(OPENID, auth_method=method), **changes), metadata, request)
    prepared = request.prepare()
    return prepared.headers.get("Authorization"), prepared.body


def test_credentials_go_into_the_header_or_the_form():
    header, body = authenticated("client_secret_basic", client_id="a:b", client_secret="c+d %ü")
    user, secret = b64decode(header.removeprefix("Basic ")).decode().split(":")

    assert (unquote_plus(user), unquote_plus(secret), body) == ("a:b", "c+d %ü", "code=c")
    in_form = "code=c&client_id=our-id&client_secret=our-own-secret"
    assert authenticated("client_secret_post") == (None, in_form)
    assert authenticated("none") == (None, "code=c&client_id=our-id")


def test_credentials_go_where_the_metadata_says():
    assert authenticated()[0]
    assert authenticated(listed=["client_secret_post", "client_secret_basic"])[0]
    assert not authenticated(listed=["private_key_jwt", "client_secret_post"])[0]
    with pytest.raises(InvalidResponse):
        authenticated(listed=["private_key_jwt"])


# --- The response


def test_tokens_whatever_the_capitals_of_their_type():
    tokens = {"access_token": "at", "token_type": "bEaReR", "expires_in": "3600"}

    assert read_token_response(PLAIN, response(tokens)) == tokens


def test_a_declaration_may_read_the_response_in_its_own_way():
    provider = replace(PLAIN, read_tokens=bearer_by_default)

    assert read_token_response(provider, response({"access_token": "at"}))["token_type"] == "Bearer"


BAD_TOKENS = {
    "a server error": (response({}, 500), ProviderUnavailable, "provider_unavailable"),
    "an error": (response({"error": "invalid_grant"}, 400), TokenError, "invalid_grant"),
    "an error with 200": (response({"error": "bad_code"}), TokenError, "bad_code"),
    "not JSON": (response(b"access_token=at"), InvalidResponse, "not_json"),
    "a member twice": (response(b'{"a": 1, "a": 2}'), InvalidResponse, "not_json"),
    "no token": (response({"token_type": "Bearer"}), InvalidResponse, "no_access_token"),
    "no type": (response({"access_token": "at"}), InvalidResponse, "not_bearer"),
}


@pytest.mark.parametrize(("given", "kind", "reason"), BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_responses_that_are_refused(given, kind, reason):
    with pytest.raises(OAuthError) as caught:
        read_token_response(PLAIN, given)
    assert type(caught.value) is kind
    assert caught.value.reason == reason


def test_secrets_are_not_shown():
    assert "secret" not in repr(response({"access_token": "secret"}))
    assert "our-own-secret" not in repr(client())
