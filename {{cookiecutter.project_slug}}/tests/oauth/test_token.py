"""The code for tokens."""

import json
from base64 import b64decode
from dataclasses import replace
from urllib.parse import unquote_plus

import pytest
import requests

from app.oauth.answers import Answer
from app.oauth.authorization import PendingLogin
from app.oauth.errors import InvalidResponse, OAuthError, ProviderUnavailable, TokenError
from app.oauth.token import authenticate, read_token_response, token_request
from tests.examples import OPENID, PLAIN, SERVER, client


def answer(body, status=200):
    return Answer(status, json.dumps(body).encode())


def test_a_token_request():
    pending = PendingLogin()
    request = token_request(client(PLAIN), {"token_endpoint": "https://t.example"}, pending, "c")

    assert (request.method, request.url) == ("POST", "https://t.example")
    assert request.data == {
        "grant_type": "authorization_code",
        "code": "c",
        "redirect_uri": "https://app.example.org/callback/plain",
        "code_verifier": pending.code_verifier,
        "client_id": "our-id",
        "client_secret": "our-own-secret",
    }


def test_a_token_request_without_pkce():
    provider = replace(PLAIN, pkce=False)
    request = token_request(client(provider), SERVER, PendingLogin(), "c")

    assert "code_verifier" not in request.data


def authenticated(method="", server=SERVER, **changes):
    request = requests.Request("POST", "https://t.example", data={"code": "c"})
    authenticate(client(replace(OPENID, auth_method=method), **changes), server, request)
    prepared = request.prepare()
    return prepared.headers.get("Authorization"), prepared.body


def test_basic_authentication_with_difficult_characters():
    header, body = authenticated("client_secret_basic", client_id="a:b", client_secret="c+d %ü")
    user, secret = b64decode(header.removeprefix("Basic ")).decode().split(":")

    assert (unquote_plus(user), unquote_plus(secret)) == ("a:b", "c+d %ü")
    assert body == "code=c"


def test_authentication_in_the_form():
    header, body = authenticated("client_secret_post")

    assert header is None
    assert body == "code=c&client_id=our-id&client_secret=our-own-secret"


def test_a_public_client_has_no_secret():
    assert authenticated("none") == (None, "code=c&client_id=our-id")


@pytest.mark.parametrize(
    ("offered", "basic"),
    [
        (None, True),
        (["client_secret_post", "client_secret_basic"], True),
        (["private_key_jwt", "client_secret_post"], False),
    ],
)
def test_the_way_that_the_metadata_lists(offered, basic):
    listed = {"token_endpoint_auth_methods_supported": offered} if offered else {}
    header, body = authenticated(server=SERVER | listed)

    assert (header is not None) == basic
    assert ("client_secret" in body) != basic


def test_no_way_to_authenticate():
    server = SERVER | {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}

    with pytest.raises(InvalidResponse):
        authenticated(server=server)


@pytest.mark.parametrize("token_type", ["Bearer", "bearer", "bEaReR"])
def test_tokens(token_type):
    tokens = {"access_token": "at", "token_type": token_type, "expires_in": "3600"}

    assert read_token_response(PLAIN, answer(tokens)) == tokens


def test_a_provider_may_forget_the_token_type():
    provider = replace(PLAIN, token_type_optional=True)

    assert read_token_response(provider, answer({"access_token": "at"}))


BAD_TOKENS = {
    "a server error": (answer({}, 500), ProviderUnavailable, "provider_unavailable"),
    "too many requests": (answer({}, 429), ProviderUnavailable, "provider_unavailable"),
    "an error": (answer({"error": "invalid_grant"}, 400), TokenError, "invalid_grant"),
    "an error with 200": (answer({"error": "bad_code"}), TokenError, "bad_code"),
    "an error that is no word": (answer({"error": {}}), TokenError, "not_a_word"),
    "not JSON": (Answer(200, b"<html>"), InvalidResponse, "not_json"),
    "a form": (Answer(200, b"access_token=at"), InvalidResponse, "not_json"),
    "a list": (answer([]), InvalidResponse, "invalid_response"),
    "a status": (answer({"access_token": "at"}, 302), InvalidResponse, "invalid_response"),
    "no token": (answer({"token_type": "Bearer"}), InvalidResponse, "no_access_token"),
    "a number": (answer({"access_token": 1}), InvalidResponse, "no_access_token"),
    "a line end": (answer({"access_token": "a\nb"}), InvalidResponse, "no_access_token"),
    "no type": (answer({"access_token": "at"}), InvalidResponse, "not_bearer"),
    "another type": (
        answer({"access_token": "at", "token_type": "mac"}),
        InvalidResponse,
        "not_bearer",
    ),
}


@pytest.mark.parametrize(("given", "kind", "reason"), BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_bad_token_responses(given, kind, reason):
    with pytest.raises(OAuthError) as caught:
        read_token_response(PLAIN, given)
    assert type(caught.value) is kind
    assert caught.value.reason == reason


def test_an_answer_does_not_show_its_tokens():
    assert "secret" not in repr(answer({"access_token": "secret"}))
