"""Who it is, or who has signed out: tokens that the provider signs, and what can be wrong."""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from app.signin.oauth.authorization import LoginRequest
from app.signin.oauth.errors import InvalidIDToken, InvalidResponse
from app.signin.oauth.id_token import UnknownKey, algorithms, read_id_token
from app.signin.oauth.logout_token import EVENT, Logout, read_logout_token
from tests.examples import METADATA, OPENID, client

RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
LOGIN = LoginRequest(nonce="the-nonce")
ALGORITHMS = "id_token_signing_alg_values_supported"
NOW = int(time.time())


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Let it be NOW in each test: a long suite runs it long after its claims were written."""
    monkeypatch.setattr(time, "time", lambda: float(NOW))


def claims(**changes):
    """Return good claims with some replaced; None leaves one out."""
    half_hash = hashlib.sha256(b"an-access-token").digest()[:16]
    good = {
        "iss": "https://id.example",
        "aud": "our-id",
        "sub": "1815",
        "iat": NOW,
        "exp": NOW + 300,
        "nonce": "the-nonce",
        "at_hash": urlsafe_b64encode(half_hash).rstrip(b"=").decode(),
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def sign(payload, key=RSA, alg="RS256", **header):
    header = {"alg": alg, **({"kid": key.kid} if key.kid else {}), **header}
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jws.serialize_compact(header, json.dumps(payload).encode(), key, registry=registry)


def read(token, *, provider=OPENID, metadata=METADATA):
    tokens = {"id_token": token, "access_token": "an-access-token"}
    return read_id_token(client(provider), metadata, LOGIN, tokens, [RSA, EC, ED])


# --- The signature


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("alg", "key"), [("RS256", RSA), ("PS256", RSA), ("ES256", EC), ("Ed25519", ED)]
)
def test_a_good_token_of_each_kind(alg, key):
    good = claims(at_hash=None)

    assert read(sign(good, key, alg), metadata=METADATA | {ALGORITHMS: ["RS256", alg]}) == good


@pytest.mark.parametrize(
    ("listed", "declared", "expected"),
    [
        (None, (), ("RS256",)),
        (["ES256", "RS256", "HS256", "none"], (), ("RS256", "ES256")),
        (["RS256"], ("HS256",), ("HS256",)),
    ],
)
def test_the_algorithm_is_the_provider_s_and_not_the_token_s(listed, declared, expected):
    provider = replace(OPENID, id_token_algs=declared)

    assert algorithms(provider, {ALGORITHMS: listed}) == expected
    with pytest.raises(InvalidResponse, match=r"HS256, none.*a signing key"):
        algorithms(OPENID, {ALGORITHMS: ["HS256", "none"]})


def test_the_secret_signs_only_where_a_setting_says_so():
    token = sign(claims(), OctKey.import_key("our-own-secret"), "HS256")

    assert read(token, provider=replace(OPENID, id_token_algs=("HS256",)))
    with pytest.raises(InvalidIDToken, match="signed with 'HS256', expected RS256"):
        read(token)


def test_a_signature_of_another_key_or_of_other_claims_is_refused():
    header_and_claims = sign(claims(sub="victim")).rpartition(".")[0]
    signature = sign(claims()).rpartition(".")[2]
    for token in (sign(claims(), OTHER), f"{header_and_claims}.{signature}"):
        with pytest.raises(UnknownKey):
            read(token)


@pytest.mark.parametrize("header", [{"crit": []}, {"typ": "at+jwt"}])
def test_headers_that_are_refused(header):
    with pytest.raises(InvalidIDToken):
        read(sign(claims(), **header))


@pytest.mark.parametrize("token", [None, "a.b", "a.b.c", sign(claims(more="x" * 70_000))])
def test_what_is_not_a_token(token):
    with pytest.raises(InvalidIDToken):
        read(token)


# --- The claims of an ID Token


BAD_CLAIMS = {
    "another issuer": ({"iss": "https://evil.example"}, "iss"),
    "another audience": ({"aud": "other"}, "aud"),
    "a shared audience": ({"aud": ["our-id", "other"]}, "aud has several clients"),
    "another party": ({"azp": "other"}, "azp"),
    "expired": ({"exp": NOW - 90}, "expired"),
    "expiry is text": ({"exp": "2099"}, "exp is missing or not"),
    "from the future": ({"iat": NOW + 600}, "future"),
    "an old one": ({"iat": NOW - 7200}, "old"),
    "not valid yet": ({"nbf": NOW + 600}, "not valid yet"),
    "another nonce": ({"nonce": "other"}, "nonce"),
    "nobody": ({"sub": None}, "no sub"),
    "another access token": ({"at_hash": "AAAA"}, "at_hash"),
}


@pytest.mark.parametrize(("changes", "problem"), BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_claims_that_are_refused(changes, problem):
    with pytest.raises(InvalidIDToken, match=problem):
        read(sign(claims(**changes)))


# --- The claims of a Logout Token


def read_logout(typ="logout+jwt", **changes):
    good = {"events": {EVENT: {}}, "nonce": None}
    token = sign(claims(**good | changes), typ=typ)
    return read_logout_token(client(), METADATA, token, [RSA])


@pytest.mark.parametrize("typ", ["logout+jwt", "JWT"])
def test_whom_a_logout_token_names(typ):
    assert read_logout(typ, iat=NOW - 9) == Logout("1815", None, NOW - 9)
    assert read_logout(typ, sub=None, sid="there", iat=NOW) == Logout(None, "there", NOW)


def test_a_new_logout_token_needs_no_exp():
    assert read_logout(exp=None).sub == "1815"
    with pytest.raises(InvalidIDToken, match="exp is missing"):
        read_logout(exp=None, iat=NOW - 400)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"aud": ["our-id", "other"]},
        {"exp": 1},
        {"exp": None, "iat": NOW - 600},
        {"exp": "soon"},
        {"iat": NOW - 7200},
        {"iat": None},
        {"events": None},
        {"events": {}},
        {"events": [EVENT]},
        {"events": {EVENT: "x"}},
        {"nonce": "the-nonce"},
        {"sub": None},
        {"sub": 7},
        {"sid": ["there"]},
        {"sub": "", "sid": ""},
        {"sub": None, "sid": "a\x00b"},
        {"sub": None, "sid": "s" * 256},
        {"sub": "\ud800"},
        {"sub": "1" * 256},
        {"typ": "at+jwt"},
    ],
)
def test_logout_tokens_that_are_refused(changes):
    with pytest.raises(InvalidIDToken):
        read_logout(**changes)


def test_a_logout_token_is_no_id_token():
    with pytest.raises(InvalidIDToken, match="another kind"):
        read(sign(claims(events={EVENT: {}}), typ="logout+jwt"))
