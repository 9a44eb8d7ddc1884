"""How often one address may try."""

import pytest

from app.auth.limits import address

LIMITED = {"RATELIMIT_ENABLED": "1", "RATELIMIT_LOGIN": "3 per hour"}


@pytest.fixture
def browser(make_app):
    return make_app(LIMITED).test_client()


def test_starts_are_counted(browser):
    statuses = [browser.press("/login/fake").status_code for _ in range(4)]

    assert statuses == [303, 303, 303, 429]
    answer = browser.press("/login/fake")
    assert answer.headers["Retry-After"]
    assert "Too many requests" in answer.text
    assert browser.get("/login/fake").status_code == 200


def test_refused_answers_are_counted_and_good_ones_are_not(browser):
    callbacks = [browser.to_callback() for _ in range(2)]

    assert [browser.get(callback).location for callback in callbacks] == ["/", "/"]
    guesses = [browser.get("/callback/fake?state=guessed").status_code for _ in range(4)]
    assert guesses == [303, 303, 303, 429]


def test_a_login_under_way_ends_though_others_used_up_the_starts(browser):
    callback = browser.to_callback()
    assert [browser.press("/login/fake").status_code for _ in range(3)] == [303, 303, 429]

    assert browser.get(callback).location == "/"


def test_the_limit_is_an_address_s_own(browser):
    for _ in range(4):
        browser.get("/callback/fake?state=guessed")
    browser.environ_base["REMOTE_ADDR"] = "192.0.2.1"

    assert browser.get("/callback/fake?state=guessed").status_code == 303


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("a pipe", "unknown"),
        ("", "unknown"),
    ],
)
def test_addresses(app, remote, counted):
    with app.test_request_context(environ_base={"REMOTE_ADDR": remote}):
        assert address() == counted
