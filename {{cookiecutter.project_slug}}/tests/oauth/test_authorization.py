"""The request that sends a person away, and the answer that they come back with."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.oauth.authorization import (
    PendingLogin,
    authorization_code,
    authorization_url,
    code_challenge,
    response_parameters,
)
from app.oauth.errors import AuthorizationError, InvalidCallback
from tests.examples import OPENID, PLAIN, SERVER, client

PLAIN_SERVER = {"authorization_endpoint": PLAIN.authorization_endpoint}


def query_of(url):
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


def test_the_request_of_an_openid_provider():
    pending = PendingLogin()
    url = authorization_url(client(), SERVER, pending)

    assert url.startswith("https://id.example/authorize?")
    assert query_of(url) == {
        "response_type": "code",
        "client_id": "our-id",
        "redirect_uri": "https://app.example.org/callback/openid",
        "scope": "openid email profile",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": code_challenge(pending.code_verifier),
        "code_challenge_method": "S256",
    }


def test_the_request_of_a_plain_provider_has_no_nonce():
    url = authorization_url(client(PLAIN), PLAIN_SERVER, PendingLogin())

    assert "nonce" not in query_of(url)
    assert "code_challenge" in query_of(url)


def test_pkce_can_be_off_for_a_provider_that_breaks():
    provider = replace(PLAIN, pkce=False)

    assert "code_challenge" not in authorization_url(client(provider), PLAIN_SERVER, PendingLogin())


def test_plain_pkce_is_never_used(caplog):
    server = SERVER | {"code_challenge_methods_supported": ["plain"]}
    url = authorization_url(client(), server, PendingLogin())

    assert query_of(url)["code_challenge_method"] == "S256"
    assert "does not promise PKCE" in caplog.text


def test_a_provider_may_want_further_parameters_but_not_replace_ours():
    params = {"prompt": "select_account", "state": "fixed"}
    pending = PendingLogin()
    query = query_of(
        authorization_url(client(replace(OPENID, authorization_params=params)), SERVER, pending)
    )

    assert query["prompt"] == "select_account"
    assert query["state"] == pending.state


def test_an_endpoint_may_have_a_query():
    server = SERVER | {"authorization_endpoint": "https://id.example/authorize?tenant=a%2Fb"}
    url = authorization_url(client(), server, PendingLogin())

    assert url.startswith("https://id.example/authorize?tenant=a%2Fb&")


def test_a_new_sign_in_can_be_asked_for():
    url = authorization_url(client(), SERVER, PendingLogin(max_age=0))

    assert query_of(url)["max_age"] == "0"


def test_the_challenge_of_the_specification():
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_pending_logins_are_random_and_show_nothing():
    logins = [PendingLogin() for _ in range(100)]
    values = {v for login in logins for v in (login.state, login.nonce, login.code_verifier)}

    assert len(values) == 300
    assert {len(value) for value in values} == {43}
    assert not [value for value in values if value in repr(logins)]


# --- The answer


def test_parameters_of_an_answer():
    pairs = [("state", "s"), ("code", "c"), ("session_state", "left out"), ("next", "left out")]

    assert response_parameters(pairs) == {"state": "s", "code": "c"}


BAD_PARAMETERS = {
    "twice": ([("state", "s"), ("state", "s")], "duplicate_parameter"),
    "too long": ([("state", "s"), ("code", "c" * 4097)], "bad_parameter"),
    "a control character": ([("state", "s"), ("code", "c\x00")], "bad_parameter"),
    "not ASCII": ([("state", "s"), ("error", "ä")], "bad_parameter"),
    "no state": ([("code", "c")], "no_state"),
    "an empty state": ([("state", ""), ("code", "c")], "no_state"),
}


@pytest.mark.parametrize(("pairs", "reason"), BAD_PARAMETERS.values(), ids=BAD_PARAMETERS)
def test_bad_parameters(pairs, reason):
    with pytest.raises(InvalidCallback) as caught:
        response_parameters(pairs)
    assert caught.value.reason == reason


PROMISES_ISS = SERVER | {"authorization_response_iss_parameter_supported": True}
GOOD_ANSWERS = {
    "no issuer": (SERVER, {"code": "c"}),
    "our issuer": (SERVER, {"code": "c", "iss": "https://id.example"}),
    "our issuer, as promised": (PROMISES_ISS, {"code": "c", "iss": "https://id.example"}),
    "an issuer where none is known": ({}, {"code": "c", "iss": "https://whoever.example"}),
}


@pytest.mark.parametrize(("server", "response"), GOOD_ANSWERS.values(), ids=GOOD_ANSWERS)
def test_the_code_of_an_answer(server, response):
    assert authorization_code(client(), server, response) == "c"


def test_a_provider_may_go_by_a_second_issuer():
    provider = replace(PLAIN, issuer="https://a.example", other_issuers=("https://b.example",))
    response = {"code": "c", "iss": "https://b.example"}

    assert authorization_code(client(provider), {"issuer": "https://a.example"}, response) == "c"


BAD_ANSWERS = {
    "another issuer": (SERVER, {"code": "c", "iss": "https://evil.example"}, "issuer_mismatch"),
    "an empty issuer": (SERVER, {"code": "c", "iss": ""}, "issuer_mismatch"),
    "no issuer, though promised": (PROMISES_ISS, {"code": "c"}, "issuer_missing"),
    "another issuer's error": (SERVER, {"error": "e", "iss": "x"}, "issuer_mismatch"),
    "code and error": (SERVER, {"code": "c", "error": "access_denied"}, "code_and_error"),
    "neither": (SERVER, {}, "no_code"),
    "an empty code": (SERVER, {"code": ""}, "no_code"),
}


@pytest.mark.parametrize(("server", "response", "reason"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_bad_answers(server, response, reason):
    with pytest.raises(InvalidCallback) as caught:
        authorization_code(client(), server, response)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("error", "cancelled"), [("access_denied", True), ("oops", False)])
def test_an_error_in_the_answer(error, cancelled):
    with pytest.raises(AuthorizationError) as caught:
        authorization_code(client(), SERVER, {"error": error})
    assert caught.value.cancelled is cancelled
