"""Who it is: the ID Token, and what can be wrong with one."""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from app.oauth.authorization import PendingLogin
from app.oauth.errors import InvalidIDToken, InvalidResponse
from app.oauth.id_token import UnknownKey, algorithms, read_id_token
from tests.examples import OPENID, SERVER, client

RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
PENDING = PendingLogin(nonce="the-nonce")
ALL_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519", "HS256", "none"]


def claims(**changes):
    """Return good claims with some replaced; None leaves one out."""
    now = int(time.time())
    good = {
        "iss": "https://id.example",
        "aud": "our-id",
        "sub": "1815",
        "iat": now,
        "exp": now + 300,
        "nonce": "the-nonce",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def sign(payload, key=RSA, **header):
    header = {"alg": "RS256", "kid": key.kid} | header
    header = {name: value for name, value in header.items() if value is not None}
    registry = jws.JWSRegistry(algorithms=ALL_ALGORITHMS, strict_check_header=False)
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return jws.serialize_compact(header, text, key, registry=registry)


def read(token, *, provider=OPENID, server=SERVER, pending=PENDING, keys=(RSA, EC, ED)):
    tokens = {"id_token": token, "access_token": "an-access-token"}
    return read_id_token(client(provider), server, pending, tokens, keys)


def test_a_good_token():
    good = claims()

    assert read(sign(good)) == good


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("alg", "key"), [("PS256", RSA), ("ES256", EC), ("EdDSA", ED), ("Ed25519", ED)]
)
def test_other_algorithms_that_the_provider_lists(alg, key):
    server = SERVER | {"id_token_signing_alg_values_supported": ["RS256", alg, "none"]}

    assert read(sign(claims(), key, alg=alg), server=server)


@pytest.mark.parametrize(
    ("listed", "declared", "expected"),
    [
        (None, (), ("RS256",)),
        (["ES256", "RS256", "HS256", "none"], (), ("RS256", "ES256")),
        (["RS256"], ("HS256",), ("HS256",)),
    ],
)
def test_algorithms(listed, declared, expected):
    server = {"id_token_signing_alg_values_supported": listed}

    assert algorithms(replace(OPENID, id_token_algs=declared), server) == expected


def test_no_algorithm_is_left():
    with pytest.raises(InvalidResponse):
        algorithms(OPENID, {"id_token_signing_alg_values_supported": ["HS256", "none"]})


def test_the_secret_signs_only_where_a_setting_says_so():
    token = sign(claims(), OctKey.import_key("our-own-secret"), alg="HS256", kid=None)

    assert read(token, provider=replace(OPENID, id_token_algs=("HS256",)))
    with pytest.raises(InvalidIDToken, match="algorithm"):
        read(token)


BAD_CLAIMS = {
    "another issuer": ({"iss": "https://evil.example"}, "iss"),
    "no issuer": ({"iss": None}, "iss"),
    "another audience": ({"aud": "other"}, "aud"),
    "no audience": ({"aud": None}, "aud"),
    "an empty audience": ({"aud": []}, "aud"),
    "a shared audience": ({"aud": ["our-id", "other"]}, "aud names others"),
    "another party": ({"azp": "other"}, "azp"),
    "expired": ({"exp": int(time.time()) - 61}, "expired"),
    "no expiry": ({"exp": None}, "exp is missing"),
    "expiry is text": ({"exp": "2099"}, "exp is missing or not"),
    "expiry is true": ({"exp": True}, "exp is missing or not"),
    "from the future": ({"iat": int(time.time()) + 600}, "future"),
    "an old one": ({"iat": int(time.time()) - 600}, "old"),
    "no time of issue": ({"iat": None}, "iat is missing"),
    "not valid yet": ({"nbf": int(time.time()) + 600}, "not valid yet"),
    "another nonce": ({"nonce": "other"}, "nonce"),
    "no nonce": ({"nonce": None}, "nonce"),
    "a list of nonces": ({"nonce": ["the-nonce"]}, "nonce"),
    "nobody": ({"sub": None}, "no sub"),
    "an empty sub": ({"sub": ""}, "no sub"),
    "a number": ({"sub": 1815}, "no sub"),
    "another access token": ({"at_hash": "AAAA"}, "at_hash"),
}


@pytest.mark.parametrize(("changes", "problem"), BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_bad_claims(changes, problem):
    with pytest.raises(InvalidIDToken, match=problem):
        read(sign(claims(**changes)))


def test_a_minute_of_difference_between_clocks_is_fine():
    now = int(time.time())

    assert read(sign(claims(exp=now - 50)))
    assert read(sign(claims(iat=now + 50, nbf=now + 50)))


def test_a_shared_audience_that_is_for_us():
    assert read(sign(claims(aud=["our-id", "other"], azp="our-id")))


def test_the_hash_of_the_access_token():
    half = hashlib.sha256(b"an-access-token").digest()[:16]
    at_hash = urlsafe_b64encode(half).rstrip(b"=").decode()

    assert read(sign(claims(at_hash=at_hash)))


def test_a_new_sign_in_that_was_asked_for():
    anew, now = replace(PENDING, max_age=0), int(time.time())

    assert read(sign(claims(auth_time=now)), pending=anew)
    with pytest.raises(InvalidIDToken, match="anew"):
        read(sign(claims(auth_time=now - 600)), pending=anew)
    with pytest.raises(InvalidIDToken, match="auth_time is missing"):
        read(sign(claims()), pending=anew)


BAD_HEADERS = {
    "no algorithm": ({"alg": None}, "algorithm"),
    "alg none": ({"alg": "none"}, "algorithm"),
    "a list of algorithms": ({"alg": ["RS256"]}, "algorithm"),
    "one that is not listed": ({"alg": "ES256"}, "algorithm"),
    "an extension": ({"crit": ["b64"]}, "extensions"),
    "no extension": ({"crit": []}, "extensions"),
    "another kind of token": ({"typ": "at+jwt"}, "another kind"),
}


def unsigned(header, payload):
    parts = (json.dumps(header).encode(), payload, b"signature")
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize(("changes", "problem"), BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_bad_headers(changes, problem):
    header = {"alg": "RS256", "kid": "rsa"} | changes

    with pytest.raises(InvalidIDToken, match=problem):
        read(unsigned(header, json.dumps(claims()).encode()))


GOOD = json.dumps(claims())
NOT_TOKENS = {
    "nothing": None,
    "empty": "",
    "two parts": "a.b",
    "not base64": "\u00e4.b.c",
    "not JSON": unsigned({"alg": "RS256"}, b"{"),
    "a list": unsigned({"alg": "RS256"}, b"[]"),
    "a member twice": unsigned({"alg": "RS256"}, GOOD.replace("{", '{"sub": "0", ').encode()),
    "too long": sign(claims(more="x" * 70_000)),
}


@pytest.mark.parametrize("token", NOT_TOKENS.values(), ids=NOT_TOKENS)
def test_what_is_not_an_id_token(token):
    with pytest.raises(InvalidIDToken):
        read(token)


def test_a_bad_signature():
    with pytest.raises(UnknownKey):
        read(sign(claims(), OTHER))


def test_a_key_that_the_token_brings_is_not_looked_at():
    token = sign(claims(), OTHER, jwk=OTHER.as_dict(private=False), jku="https://evil.example")

    with pytest.raises(UnknownKey):
        read(token)


def test_a_key_of_another_name():
    with pytest.raises(UnknownKey):
        read(sign(claims(), kid="unknown"))


def test_a_token_that_names_no_key():
    assert read(sign(claims(), kid=None), keys=[OTHER, RSA])


def test_a_key_for_another_algorithm():
    key = RSAKey.import_key(RSA.as_dict(private=False) | {"alg": "PS256"})

    with pytest.raises(UnknownKey):
        read(sign(claims()), keys=[key])
