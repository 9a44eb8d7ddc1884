"""A whole login in two calls, without Flask and without a database.

The answers of the provider are recorded; nothing is sent.
"""

import time
from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.signin.oauth.errors import InvalidCallback, InvalidResponse
from app.signin.oauth.flow import LoginFlow
from app.signin.oauth.provider import Claims
from app.signin.oauth.transport.documents import Documents
from tests.examples import METADATA, OPENID, PLAIN, client

KEY = RSAKey.generate_key(2048)
TOKENS = {"access_token": "at", "token_type": "Bearer"}
CALLBACK = {"state": "s", "code": "the-code"}
ADA = {"sub": "1815", "name": "Ada", "email": "ada@example.com", "email_verified": True}


@pytest.fixture
def flow(http):
    return LoginFlow(http, Documents(http))


def test_a_whole_login(flow, recorded):
    recorded.get(OPENID.discovery_url, json=METADATA)
    url, login = flow.start(client())
    assert url.startswith("https://id.example/authorize?")
    assert login.state in url

    now = int(time.time())
    ours = {"iss": OPENID.issuer, "aud": "our-id", "iat": now, "exp": now + 300}
    id_token = jwt.encode({"alg": "RS256"}, ours | ADA | {"nonce": login.nonce}, KEY)
    recorded.post(METADATA["token_endpoint"], json=TOKENS | {"id_token": id_token})
    recorded.get(METADATA["jwks_uri"], json={"keys": [KEY.as_dict(private=False)]})
    grant = flow.finish(client(), login, CALLBACK)
    assert grant.claims == Claims(**ADA)
    assert (grant.id_token["sub"], grant.tokens["access_token"]) == ("1815", "at")


def test_nothing_is_sent_for_an_answer_of_another_issuer(flow, recorded):
    recorded.get(OPENID.discovery_url, json=METADATA)
    _, login = flow.start(client())

    with pytest.raises(InvalidCallback):
        flow.finish(client(), login, CALLBACK | {"iss": "https://evil.example"})


def finish_plain(flow, recorded, claims, **callback):
    recorded.post(PLAIN.token_endpoint, json=TOKENS)
    provider = client(replace(PLAIN, claims=claims))
    _, login = flow.start(provider)
    return flow.finish(provider, login, CALLBACK | callback).claims


def test_a_provider_says_in_its_own_way_who_it_is(flow, recorded):
    recorded.get(f"{PLAIN.userinfo_endpoint}?fields=id", json={"id": 1815, "first": "Ada"})

    def claims(grant):
        user = grant.call(grant.metadata["userinfo_endpoint"], query={"fields": "id"})
        return Claims(sub=str(user["id"]), name=f"{user['first']} {grant.callback['user']}")

    found = finish_plain(flow, recorded, claims, user="from the form_post")
    assert found == Claims(sub="1815", name="Ada from the form_post")


@pytest.mark.parametrize("error", [KeyError("id"), TypeError(), AttributeError(), IndexError()])
def test_a_profile_that_it_stumbles_over_is_malformed(flow, recorded, error):
    def claims(_grant):
        raise error

    with pytest.raises(InvalidResponse) as caught:
        finish_plain(flow, recorded, claims)
    assert caught.value.reason == "bad_profile"
