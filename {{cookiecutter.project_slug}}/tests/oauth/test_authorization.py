"""The request that sends a person away, and the answer that they come back with."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.signin.oauth.authorization import (
    LoginRequest,
    authorization_code,
    authorization_response,
    authorization_url,
    code_challenge,
)
from app.signin.oauth.errors import AuthorizationError, InvalidCallback
from tests.examples import METADATA, OPENID, PLAIN, client


def request_of(provider=OPENID, metadata=METADATA, login=None):
    url = authorization_url(client(provider), metadata, login or LoginRequest())
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


# --- The request


def test_the_request_of_an_openid_provider():
    login = LoginRequest()

    assert request_of(login=login) == {
        "response_type": "code",
        "client_id": "our-id",
        "redirect_uri": "https://app.example.org/callback/openid",
        "scope": "openid email profile",
        "state": login.state,
        "nonce": login.nonce,
        "code_challenge": code_challenge(login.code_verifier),
        "code_challenge_method": "S256",
    }


def test_a_plain_provider_gets_no_nonce():
    query = request_of(PLAIN, {"authorization_endpoint": PLAIN.authorization_endpoint})

    assert "nonce" not in query
    assert query["code_challenge_method"] == "S256"


def test_pkce_and_nonce_are_off_only_where_the_declaration_says_so():
    assert "code_challenge" not in request_of(replace(OPENID, pkce=False))
    assert "nonce" not in request_of(replace(OPENID, nonce=False))


def test_a_provider_has_parameters_of_its_own_but_none_of_ours():
    params = {"prompt": "select_account", "state": "fixed"}
    login = LoginRequest()
    query = request_of(replace(OPENID, authorization_params=params), login=login)

    assert (query["prompt"], query["state"]) == ("select_account", login.state)
    assert "client_key" in request_of(replace(PLAIN, client_id_param="client_key"))


def test_the_challenge_of_the_specification():
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_what_must_be_kept_is_random_and_is_not_shown():
    logins = [LoginRequest() for _ in range(100)]
    values = {v for login in logins for v in (login.state, login.nonce, login.code_verifier)}

    assert len(values) == 300
    assert {len(value) for value in values} == {43}
    assert not [value for value in values if value in repr(logins)]


# --- The answer


def test_the_parameters_of_an_answer():
    pairs = [("state", "s"), ("code", "c"), ("device_id", "d"), ("next", "left out")]

    assert authorization_response(PLAIN, pairs) == {"state": "s", "code": "c"}
    with_device = replace(PLAIN, callback_params=("device_id",))
    assert authorization_response(with_device, pairs)["device_id"] == "d"


def test_a_code_under_another_name():
    """Beside `code` or in its place; one that has both means the same by them."""
    provider = replace(PLAIN, code_param="authCode")
    own = [("state", "s"), ("authCode", "c")]

    for pairs in (own, [*own, ("code", "c")]):
        assert authorization_code(provider, {}, authorization_response(provider, pairs)) == "c"
    refused = authorization_response(provider, [("state", "s"), ("error", "access_denied")])
    assert "code" not in refused


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([("state", "s"), ("state", "s")], "duplicate_parameter"),
        ([("state", "s"), ("code", "c" * 4097)], "bad_parameter"),
        ([("state", "s"), ("code", "c\x00")], "bad_parameter"),
        ([("code", "c")], "no_state"),
    ],
)
def test_parameters_that_are_refused(pairs, reason):
    with pytest.raises(InvalidCallback) as caught:
        authorization_response(PLAIN, pairs)
    assert caught.value.reason == reason


PROMISES_ISS = METADATA | {"authorization_response_iss_parameter_supported": True}


def test_the_code_of_an_answer():
    with_issuer = {"code": "c", "iss": "https://id.example"}

    assert authorization_code(OPENID, METADATA, {"code": "c"}) == "c"
    assert authorization_code(OPENID, PROMISES_ISS, with_issuer) == "c"
    # Nobody knows an issuer of a plain provider.
    assert authorization_code(PLAIN, {}, with_issuer) == "c"


@pytest.mark.parametrize(
    ("metadata", "response", "reason"),
    [
        (METADATA, {"code": "c", "iss": "https://evil.example"}, "issuer_mismatch"),
        (PROMISES_ISS, {"code": "c"}, "issuer_missing"),
        (METADATA, {"code": "c", "error": "access_denied"}, "code_and_error"),
        (METADATA, {"code": ""}, "no_code"),
    ],
)
def test_answers_that_are_refused(metadata, response, reason):
    with pytest.raises(InvalidCallback) as caught:
        authorization_code(OPENID, metadata, response)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("error", "cancelled"), [("access_denied", True), ("oops", False)])
def test_an_error_in_the_answer(error, cancelled):
    with pytest.raises(AuthorizationError) as caught:
        authorization_code(OPENID, METADATA, {"error": error})
    assert caught.value.cancelled is cancelled
