"""X: recorded answers, and what they must become."""

import pytest

from app.oauth.errors import InvalidResponse
from app.oauth.provider import Claims
from app.providers.x import PROVIDER

TOKEN, ME = "https://api.x.com/2/oauth2/token", "https://api.x.com/2/users/me"
TOKENS = {"token_type": "bearer", "expires_in": 7200, "access_token": "eG9h", "scope": "users.read"}
USER = {
    "id": "1815",
    "name": "Ada Lovelace",
    "username": "ada",
    "profile_image_url": "https://pbs.twimg.com/profile_images/1815/a_normal.jpg",
}


def test_a_login(finish, recorded):
    token = recorded.post(TOKEN, json=TOKENS)
    me = recorded.get(ME, json={"data": USER | {"confirmed_email": "ada@example.com"}})

    assert finish(PROVIDER) == Claims(
        sub="1815",
        name="Ada Lovelace",
        preferred_username="ada",
        email="ada@example.com",
        email_verified=True,
        picture="https://pbs.twimg.com/profile_images/1815/a_normal.jpg",
    )
    assert token.calls[0].request.headers["Authorization"].startswith("Basic ")
    assert "confirmed_email" in me.calls[0].request.url


def test_the_address_is_not_asked_for_without_its_scope(finish, recorded):
    recorded.post(TOKEN, json=TOKENS)
    me = recorded.get(ME, json={"data": USER})
    finish(PROVIDER.at(scope="tweet.read users.read"))

    assert "confirmed_email" not in me.calls[0].request.url


def test_a_login_without_an_address(finish, recorded):
    recorded.post(TOKEN, json=TOKENS)
    recorded.get(ME, json={"data": USER})
    claims = finish(PROVIDER)

    assert (claims.email, claims.email_verified) == (None, False)


def test_an_answer_without_data(finish, recorded):
    recorded.post(TOKEN, json=TOKENS)
    recorded.get(ME, json={"errors": [{"title": "Forbidden"}]})

    with pytest.raises(InvalidResponse) as caught:
        finish(PROVIDER)
    assert caught.value.reason == "bad_profile"


def test_what_is_asked_for():
    assert PROVIDER.scope == "tweet.read users.read users.email"
