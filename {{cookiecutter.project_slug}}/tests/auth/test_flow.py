"""What a login does with its answers, where the tests of single providers do not show it."""

import time
from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app.auth.flow import LoginFlow
from app.oauth.authorization import PendingLogin
from app.oauth.errors import InvalidIDToken, InvalidResponse
from app.oauth.provider import Claims, standard_claims
from app.outbound.documents import Documents
from tests.examples import PLAIN, SERVER, client

METADATA_URL = "https://id.example/.well-known/openid-configuration"
TOKENS = {"access_token": "at", "token_type": "Bearer"}
ANSWER = {"state": "s", "code": "the-code"}


@pytest.fixture
def flow(http):
    return LoginFlow(http, Documents(http))


def raises(error):
    def claims(_grant):
        raise error

    return claims


@pytest.mark.parametrize("error", [KeyError("id"), TypeError(), AttributeError(), IndexError()])
def test_a_hook_may_stumble_over_a_profile(flow, recorded, error):
    recorded.post(PLAIN.token_endpoint, json=TOKENS)

    with pytest.raises(InvalidResponse) as caught:
        flow.finish(client(replace(PLAIN, claims=raises(error))), PendingLogin(), ANSWER, "")
    assert caught.value.reason == "bad_profile"


def test_what_a_form_post_provider_sent_is_for_the_hook(flow, recorded):
    recorded.post(PLAIN.token_endpoint, json=TOKENS)
    provider = replace(PLAIN, claims=lambda grant: Claims(sub="1", name=grant.posted_user))

    assert flow.finish(client(provider), PendingLogin(), ANSWER, "Ada").name == "Ada"


def test_an_id_token_that_is_signed_with_the_secret(flow, recorded):
    provider = replace(PLAIN, jwks_uri="https://plain.example/keys", issuer="https://id.example")
    provider = replace(provider, id_token_algs=("HS256",), claims=standard_claims)
    pending, now = PendingLogin(), int(time.time())
    claims = {"iss": "https://id.example", "aud": "our-id", "sub": "1815", "nonce": pending.nonce}
    key = OctKey.import_key("our-own-secret")
    token = jwt.encode({"alg": "HS256"}, claims | {"iat": now, "exp": now + 300}, key)
    recorded.post(PLAIN.token_endpoint, json={**TOKENS, "id_token": token})

    assert flow.finish(client(provider), pending, ANSWER, "") == Claims(sub="1815")
    recorded.post(PLAIN.token_endpoint, json={**TOKENS, "id_token": token})
    other = replace(provider, claims=lambda grant: Claims(sub="1906"))
    with pytest.raises(InvalidIDToken, match="another sub"):
        flow.finish(client(other), pending, ANSWER, "")


@pytest.mark.parametrize(("listed", "asked"), [({}, 60), ({"claims_supported": ["sub"]}, None)])
def test_a_new_sign_in_is_asked_for_where_the_provider_says_when(flow, recorded, listed, asked):
    recorded.get(METADATA_URL, json=SERVER | listed)
    url, pending = flow.start(client(), max_age=60)

    assert pending.max_age == asked
    assert ("max_age=60" in url) == bool(asked)


@pytest.mark.parametrize("url", [None, "https://id.example/logout"])
def test_where_a_provider_ends_its_own_session(flow, recorded, url):
    recorded.get(METADATA_URL, json=SERVER | ({"end_session_endpoint": url} if url else {}))

    assert flow.logout_url(client()) == url
