"""A provider whose answer comes as a POST, from its own site and so without our cookie."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.oauth.provider import Provider

POSTER = Provider(
    name="poster",
    label="Poster",
    scope="openid",
    authorization_params={"response_mode": "form_post"},
)


@pytest.fixture
def app(make_app, fake):
    ours = {"POSTER_CLIENT_ID": "our-id", "POSTER_CLIENT_SECRET": "our-own-secret"}
    return make_app(ours, providers=[replace(POSTER, issuer=fake.issuer)])


@pytest.fixture
def posted(app, browser):
    """Where the browser is sent when the provider has posted its answer, and that answer."""
    parts = urlsplit(browser.to_callback("poster", next="/notes"))
    form = dict(parse_qsl(parts.query))
    answer = app.test_client().post(parts.path, data=form | {"user": '{"name": "x"}'})
    return answer, parts, form


def test_a_whole_login(browser, posted):
    answer, parts, form = posted

    assert answer.status_code == 303
    assert dict(parse_qsl(urlsplit(answer.location).query)) == form
    assert urlsplit(answer.location).path == parts.path
    assert browser.get(answer.location).location == "/notes"
    assert browser.user()["name"] == "Ada Lovelace"


def test_an_answer_that_was_not_posted(browser):
    assert "/invalid_callback" in browser.get(browser.to_callback("poster")).location


def test_an_answer_that_was_posted_with_another_code(browser, posted):
    location = posted[0].location.replace("code=", "code=x")

    assert "/invalid_callback" in browser.get(location).location


def test_an_answer_that_is_posted_twice(app, posted):
    _, parts, form = posted

    assert "/login_expired" in app.test_client().post(parts.path, data=form).location


def test_an_answer_in_another_browser(app, posted):
    assert "/login_expired" in app.test_client().get(posted[0].location).location


def test_a_post_to_a_provider_that_does_not_post(browser):
    answer = browser.post("/callback/fake", data={"state": "s", "code": "c"})

    assert "/invalid_callback" in answer.location
