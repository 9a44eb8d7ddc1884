"""Facebook: recorded answers, and what they must become."""

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from app.oauth.provider import Claims
from app.providers.facebook import PROVIDER

TOKEN = "https://graph.facebook.com/v24.0/oauth/access_token"
ME = "https://graph.facebook.com/v24.0/me"
TOKENS = {"access_token": "EAAG", "token_type": "bearer", "expires_in": 5183944}
USER = {
    "id": "1815",
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "picture": {"data": {"url": "https://platform-lookaside.fbsbx.com/1815", "width": 50}},
}


def test_a_login(finish, recorded):
    recorded.post(TOKEN, json=TOKENS)
    me = recorded.get(ME, json=USER)

    # Nothing says that the address is verified.
    assert finish(PROVIDER) == Claims(
        sub="1815",
        name="Ada Lovelace",
        email="ada@example.com",
        email_verified=False,
        picture="https://platform-lookaside.fbsbx.com/1815",
    )
    proof = hmac.new(b"our-own-secret", b"EAAG", hashlib.sha256).hexdigest()
    assert parse_qs(urlsplit(me.calls[0].request.url).query) == {
        "fields": ["id,name,email,picture"],
        "appsecret_proof": [proof],
    }


def test_a_login_of_somebody_who_keeps_everything_private(finish, recorded):
    recorded.post(TOKEN, json=TOKENS)
    recorded.get(ME, json={"id": "1815"})

    assert finish(PROVIDER) == Claims(sub="1815")


def test_what_is_asked_for():
    assert PROVIDER.scope == "public_profile email"
