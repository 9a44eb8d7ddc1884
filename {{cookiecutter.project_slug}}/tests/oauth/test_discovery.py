"""What a provider publishes: its metadata and its keys; and which URLs may be called."""

from dataclasses import replace

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.signin.oauth.discovery import declared_metadata, read_keys, read_metadata
from app.signin.oauth.errors import InvalidResponse
from app.signin.oauth.responses import allowed_url
from tests.examples import METADATA, OPENID, PLAIN

RSA = RSAKey.generate_key(2048).as_dict(private=False)
EC = ECKey.generate_key("P-256").as_dict(private=False)
ED = OKPKey.generate_key("Ed25519").as_dict(private=False)


# --- Metadata


def test_where_it_is_published():
    url = "https://id.example/realm/.well-known/openid-configuration"

    assert replace(OPENID, issuer="https://id.example/realm").discovery_url == url
    assert replace(OPENID, issuer="https://id.example/realm/").discovery_url == url
    assert replace(OPENID, metadata_url="https://x.example").discovery_url == "https://x.example"


def test_who_publishes_metadata_and_who_speaks_openid_connect():
    declared = replace(PLAIN, jwks_uri="https://plain.example/keys")

    assert [p.uses_discovery for p in (OPENID, PLAIN, declared)] == [True, False, False]
    assert [p.openid_connect for p in (OPENID, PLAIN, declared)] == [True, False, True]
    assert declared_metadata(PLAIN)["token_endpoint"] == "https://plain.example/token"


BAD_METADATA = {
    "not an object": [],
    "another issuer": METADATA | {"issuer": "https://id.example/"},
    "an endpoint over http": METADATA | {"token_endpoint": "http://id.example/token"},
    "a missing endpoint": METADATA | {"authorization_endpoint": None},
    "a list that is none": METADATA | {"id_token_signing_alg_values_supported": "RS256"},
}


@pytest.mark.parametrize("found", BAD_METADATA.values(), ids=BAD_METADATA)
def test_metadata_that_is_refused(found):
    assert read_metadata(OPENID, METADATA, loopback=False) == METADATA
    with pytest.raises(InvalidResponse):
        read_metadata(OPENID, found, loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/token",
        "https://localhost/token",
        "https://127.0.0.1/token",
        "https://169.254.169.254/latest/",
        "https://[::ffff:169.254.169.254]/latest/",
        "https://instance-data/latest/",
        "https://2852039166/",
    ],
)
def test_where_metadata_must_not_lead(url):
    with pytest.raises(InvalidResponse, match="token_endpoint"):
        read_metadata(OPENID, METADATA | {"token_endpoint": url}, loopback=True)


def test_an_optional_endpoint_that_cannot_be_used_is_ignored():
    found = read_metadata(OPENID, METADATA | {"userinfo_endpoint": ""}, loopback=False)

    assert "userinfo_endpoint" not in found


# --- Keys


def test_keys():
    keys = read_keys({"keys": [RSA, EC, ED | {"use": "sig", "kid": "ed"}]})

    assert [key.key_type for key in keys] == ["RSA", "EC", "OKP"]


UNUSABLE = {
    "not an object": "key",
    "a shared secret": {"kty": "oct", "k": "c2VjcmV0"},
    "for encryption": RSA | {"use": "enc"},
    "private": RSAKey.generate_key(2048).as_dict(private=True),
    "short": RSA | {"n": RSA["n"][:100]},
}


@pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_key_is_left_out(key):
    assert len(read_keys({"keys": [key, RSA]})) == 1
    with pytest.raises(InvalidResponse):
        read_keys({"keys": [key]})


# --- URLs


@pytest.mark.parametrize("url", ["https://id.example:8443/a?b=c", "https://[2001:db8::1]/"])
def test_https_may_be_called(url):
    assert allowed_url(url, loopback=False)


@pytest.mark.parametrize("url", ["http://localhost:8000/x", "http://127.8.8.8", "http://[::1]:80/"])
def test_this_machine_may_be_called_where_that_is_allowed(url):
    assert allowed_url(url, loopback=True)
    assert not allowed_url(url, loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "https://",
        "https://user@id.example",
        "https://id.example:port",
        "https://[broken",
        "https://id.example/a b",
        "https://id.example/\n",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_may_be_called(url):
    assert not allowed_url(url, loopback=True)
