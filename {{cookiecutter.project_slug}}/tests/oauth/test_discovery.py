"""What a provider publishes."""

from dataclasses import replace

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.oauth.discovery import declared_metadata, metadata_url, read_keys, read_metadata
from app.oauth.errors import InvalidResponse
from tests.examples import OPENID, PLAIN, SERVER

RSA = RSAKey.generate_key(2048).as_dict(private=False)
EC = ECKey.generate_key("P-256").as_dict(private=False)
ED = OKPKey.generate_key("Ed25519").as_dict(private=False)


@pytest.mark.parametrize("issuer", ["https://id.example/realm", "https://id.example/realm/"])
def test_where_it_is_published(issuer):
    url = "https://id.example/realm/.well-known/openid-configuration"

    assert metadata_url(replace(OPENID, issuer=issuer)) == url


def test_where_a_declaration_says_that_it_is():
    assert metadata_url(replace(OPENID, metadata_url="https://x.example")) == "https://x.example"


def test_metadata():
    assert read_metadata(OPENID, SERVER, loopback=False) == SERVER


def test_a_provider_without_userinfo():
    found = {name: value for name, value in SERVER.items() if name != "userinfo_endpoint"}

    assert read_metadata(OPENID, found, loopback=False) == found


def test_the_metadata_of_a_provider_that_publishes_none():
    assert declared_metadata(PLAIN)["token_endpoint"] == "https://plain.example/token"


BAD_METADATA = {
    "not an object": [],
    "another issuer": SERVER | {"issuer": "https://id.example/"},
    "no issuer": SERVER | {"issuer": None},
    "an endpoint over http": SERVER | {"token_endpoint": "http://id.example/token"},
    "an endpoint that is no text": SERVER | {"jwks_uri": ["https://id.example/keys"]},
    "a missing endpoint": SERVER | {"authorization_endpoint": None},
    "a list that is none": SERVER | {"id_token_signing_alg_values_supported": "RS256"},
    "a bad optional one": SERVER | {"userinfo_endpoint": "http://id.example/userinfo"},
}


@pytest.mark.parametrize("found", BAD_METADATA.values(), ids=BAD_METADATA)
def test_bad_metadata(found):
    with pytest.raises(InvalidResponse):
        read_metadata(OPENID, found, loopback=False)


def test_keys():
    keys = read_keys({"keys": [RSA, EC, ED | {"use": "sig", "kid": "ed"}]})

    assert [key.key_type for key in keys] == ["RSA", "EC", "OKP"]


UNUSABLE = {
    "not an object": "key",
    "a shared secret": {"kty": "oct", "k": "c2VjcmV0"},
    "for encryption": RSA | {"use": "enc"},
    "private": RSAKey.generate_key(2048).as_dict(private=True),
    "short": RSA | {"n": RSA["n"][:100]},
    "malformed": {"kty": "EC", "crv": "P-256"},
}


@pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_key_is_left_out(key):
    assert len(read_keys({"keys": [key, RSA]})) == 1
    with pytest.raises(InvalidResponse):
        read_keys({"keys": [key]})


@pytest.mark.parametrize("document", [[], {}, {"keys": None}, {"keys": []}, {"keys": [RSA] * 101}])
def test_bad_key_sets(document):
    with pytest.raises(InvalidResponse) as caught:
        read_keys(document)
    assert caught.value.reason == "bad_key_set"
