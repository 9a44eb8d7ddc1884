"""Callbacks that do not belong to a login of this browser (ST), on both databases."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests
from harness.app_server import RunningApp
from harness.bad_provider import BadProvider, Listener
from harness.browser import Browser
from harness.walk import Row, pick, query_of, rows_of, sign_in, walk, with_query

RANDOM = "3sVbq2lH0wXnQmKzP9rT7yUcEaFgJdLo5iBvN8xM1kA"


def refused(
    id: str, callback: Callable[[str], str], reason: str, code: str = "invalid_callback"
) -> Row:
    return Row(id=id, outcome="REJ0", callback=callback, reason=reason, code=code)


def bad(id: str, reason: str, **changes: str | None) -> Row:
    return refused(id, lambda url: with_query(url, **changes), reason)


def unknown(id: str, change: Callable[[str], str]) -> Row:
    def callback(url: str) -> str:
        return with_query(url, state=change(query_of(url)["state"]))

    return refused(id, callback, "unknown_state", "login_expired")


def more(text: str) -> Callable[[str], str]:
    return lambda url: f"{url}&{text}"


def again(name: str) -> Callable[[str], str]:
    """Say a parameter once more, with the same value."""
    return lambda url: f"{url}&{urlencode({name: query_of(url)[name]})}"


ROWS = [
    bad("ST-01 no state", "no_state", state=None),
    bad("ST-01 empty state", "no_state", state=""),
    unknown("ST-02 random state", lambda _: RANDOM),
    unknown("ST-02 state cut", lambda state: state[:-1]),
    unknown("ST-02 state with a character more", lambda state: state + "A"),
    unknown("ST-02 state in other capitals", lambda state: state.swapcase()),
    unknown("ST-02 a wildcard", lambda _: "%"),
    unknown("ST-02 SQL", lambda _: "' OR '1'='1"),
    bad("ST-02 state of 5,000 characters", "bad_parameter", state="s" * 5000),
    bad("ST-02 state with a NUL", "bad_parameter", state=RANDOM + "\x00"),
    bad("ST-02 state with a line end", "bad_parameter", state=RANDOM + "\r\nSet-Cookie: a=b"),
    bad("ST-02 state not ASCII", "bad_parameter", state="ſtate"),
    refused("ST-09 state twice", more("state=" + RANDOM), "duplicate_parameter"),
    refused("ST-09 the same state twice", again("state"), "duplicate_parameter"),
    refused("ST-09 an empty second state", more("state="), "duplicate_parameter"),
    refused("ST-09 code twice", more("code=another"), "duplicate_parameter"),
    refused("ST-09 the same code twice", again("code"), "duplicate_parameter"),
    refused("ST-09 iss twice", again("iss"), "duplicate_parameter"),
    refused("ST-09 error twice", more("error=a&error=b"), "duplicate_parameter"),
    refused("ST-10 no parameters", lambda url: url.partition("?")[0], "no_state"),
]


@pytest.mark.parametrize("who", ["anonymous", "signed in"])
@pytest.mark.parametrize(**pick(ROWS))
def test_callback(
    row: Row, who: str, either: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    browser = Browser(either.url)
    if who == "signed in":
        sign_in(either, provider, "plain", browser)
    events = len(either.rows("audit_events"))
    walk(row, either, provider, canary, browser)
    assert len(either.rows("audit_events")) == events, "a stranger can fill the table"


@pytest.fixture
def two(either: RunningApp) -> Iterator[tuple[Browser, Browser]]:
    with Browser(either.url) as one, Browser(either.url) as other:
        yield one, other


def test_st_02_other_logins_of_the_browser_still_complete(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    browser, _ = two
    callback = browser.to_callback(browser.start("op"))
    browser.get(with_query(callback, state=RANDOM))
    assert finished(browser, callback)


def test_st_03_state_of_one_browser_is_nothing_in_another(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    mine, other = two
    callback = mine.to_callback(mine.start("op"))
    for browser in (other, Browser(either.url)):
        before = rows_of(either)
        answer = browser.get(callback, allow_redirects=False)
        assert "/login/error/login_expired" in answer.headers["Location"]
        assert browser.sub() is None
        assert rows_of(either) == before
    assert provider.count("token") == 0
    assert finished(mine, callback)


def test_st_03_state_of_another_browser_that_has_begun_a_login_too(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    mine, other = two
    callback = mine.to_callback(mine.start("op"))
    own = other.to_callback(other.start("op"))
    answer = other.get(callback, allow_redirects=False)
    assert "/login/error/login_expired" in answer.headers["Location"]
    assert finished(other, own)
    assert finished(mine, callback)


def test_mx_10_a_whole_authorization_url_of_the_attacker_s(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    """Cross-user session fixation: the attacker begins, the victim goes on."""
    attacker, victim = two
    sent_to_the_victim = attacker.start("op").headers["Location"]
    at_provider = victim.get(sent_to_the_victim, allow_redirects=False)
    answer = victim.get(at_provider.headers["Location"], allow_redirects=False)
    assert "/login/error/login_expired" in answer.headers["Location"]
    assert victim.sub() is None
    assert provider.count("token") == 0


def test_login_csrf_the_attacker_s_callback_in_the_victim_s_browser(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    attacker, victim = two
    sign_in(either, provider, "plain", victim)
    who = victim.session_json()
    callback = attacker.to_callback(attacker.start("op"))
    victim.get(callback)
    assert victim.session_json() == who
    assert provider.count("token") == 1


def test_st_05_the_same_callback_twice(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    browser, _ = two
    callback = browser.to_callback(browser.start("op"))
    assert finished(browser, callback)
    who, before = browser.session_json(), rows_of(either)
    for _ in range(2):
        answer = browser.get(callback, allow_redirects=False)
        assert answer.status_code == 303
        assert browser.session_json() == who
    assert provider.count("token") == 1
    assert rows_of(either) == before


def test_st_05_the_same_callback_ten_times_at_once(
    either: RunningApp, provider: BadProvider, at_once: Any, two: tuple[Browser, Browser]
) -> None:
    browser, _ = two
    callback = browser.to_callback(browser.start("op"))
    cookies = browser.cookies.get_dict()

    def visit() -> requests.Response:
        return requests.get(callback, cookies=cookies, allow_redirects=False, timeout=20)

    answers = at_once(*[visit] * 10)
    assert {answer.status_code for answer in answers} == {303}
    good = [answer for answer in answers if answer.headers["Location"] == "/"]
    assert len(good) == 1
    assert provider.count("token") == 1


def test_st_06_a_login_that_took_too_long(
    either: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    def late(url: str) -> str:
        age(either, timedelta(seconds=601))
        return f"{url}&late=1"

    row = refused("ST-06", late, "expired_state", "login_expired")
    went = walk(row, either, provider, canary)
    assert "expired" in went.browser.hop(went.answer).text


def test_st_06_a_login_of_nine_minutes(either: RunningApp, provider: BadProvider) -> None:
    with Browser(either.url) as browser:
        callback = browser.to_callback(browser.start("op"))
        age(either, timedelta(seconds=590))
        assert finished(browser, callback)


def test_ds_01_logins_that_nobody_finished_are_cleared_away(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    one, other = two
    one.start("op")
    age(either, timedelta(hours=2))
    other.start("op")
    assert len(either.rows("pending_logins")) == 1


def test_st_07_states_are_random(either: RunningApp, provider: BadProvider) -> None:
    flow = either.app.extensions["signin"].flow
    client = either.app.extensions["signin"].settings.clients["op"]
    urls = [query_of(flow.start(client)[0]) for _ in range(1000)]
    for name in ("state", "nonce", "code_challenge"):
        values = [url[name] for url in urls]
        assert len(set(values)) == 1000
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", value) for value in values)
        # Every place of the text takes every character that it can.
        for place in range(42):
            assert len({value[place] for value in values}) > 55


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_st_11_a_link_or_a_picture_starts_nothing(
    method: str, either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    before = either.rows("pending_logins")
    headers = {"Referer": "https://evil.example/", "Sec-Fetch-Site": "cross-site"}
    answer = two[0].request(
        method, f"{either.url}/login/op", headers=headers, allow_redirects=False
    )
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert either.rows("pending_logins") == before
    assert provider.seen == []


def test_st_12_a_start_needs_a_token_of_this_browser(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    browser, other = two
    own, foreign = browser.csrf_token(), other.csrf_token()
    before = either.rows("pending_logins")
    url = f"{either.url}/login/op"
    refusals: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"csrf_token": ""}, {}),
        ({"csrf_token": "x"}, {}),
        ({"csrf_token": foreign}, {}),
        ({"csrf_token": own}, {"Origin": "https://evil.example"}),
        ({"csrf_token": own}, {"Origin": "null"}),
        ({"csrf_token": own}, {"Origin": either.url.replace("http", "https")}),
        ({"csrf_token": own}, {"Origin": either.url + ".evil.example"}),
    ]
    for form, headers in refusals:
        answer = browser.post(url, data=form, headers=headers, allow_redirects=False)
        assert answer.status_code == 400, (form, headers)
        assert "Location" not in answer.headers
    assert browser.post(f"{url}?csrf_token={quote(own)}", allow_redirects=False).status_code == 400
    assert either.rows("pending_logins") == before
    assert provider.seen == []
    good = browser.post(
        url, data={"csrf_token": own}, headers={"Origin": either.url}, allow_redirects=False
    )
    assert good.status_code == 303


def test_st_14_five_tabs_finish_in_any_order(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    browser, _ = two
    callbacks = [browser.to_callback(browser.start("op")) for _ in range(5)]
    for number in (3, 0, 4, 1, 2):
        assert finished(browser, callbacks[number])
    assert len(either.rows("identities")) == len({i["sub"] for i in either.rows("identities")})


def test_st_14_five_tabs_finish_at_once(
    either: RunningApp, provider: BadProvider, at_once: Any, two: tuple[Browser, Browser]
) -> None:
    """All of one person, who is new: one account, and whatever the tabs end with, no 500."""
    browser, _ = two
    callbacks = [browser.to_callback(browser.start("op")) for _ in range(5)]
    cookies = browser.cookies.get_dict()
    answers = at_once(
        *(
            lambda url=url: requests.get(url, cookies=cookies, allow_redirects=False, timeout=20)
            for url in callbacks
        )
    )
    assert {answer.status_code for answer in answers} == {303}
    assert [i["sub"] for i in either.rows("identities")].count(provider.sub) == 1


def test_st_14_ten_at_most_and_the_oldest_go(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    browser, other = two
    kept = other.to_callback(other.start("op"))
    elsewhere = len(either.rows("pending_logins"))
    callbacks = [browser.to_callback(browser.start("op")) for _ in range(12)]
    assert len(either.rows("pending_logins")) == elsewhere + 10
    for old in callbacks[:2]:
        answer = browser.get(old, allow_redirects=False)
        assert "/login/error/login_expired" in answer.headers["Location"]
    assert finished(browser, callbacks[2])
    assert finished(browser, callbacks[11])
    assert finished(other, kept)


def test_st_15_a_login_as_another_user_ends_the_first_one_s_session(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    browser, _ = two
    sign_in(either, provider, "op", browser)
    first, old_cookies = browser.session_json()["user"]["id"], browser.cookies.get_dict()
    provider.reset()
    sign_in(either, provider, "op", browser)
    second = browser.session_json()["user"]["id"]
    assert first != second
    replayed = requests.get(f"{either.url}/session", cookies=old_cookies, timeout=10)
    assert replayed.status_code == 401
    users = {str(s["user_id"]) for s in either.rows("login_sessions")}
    assert second in users
    assert first not in users
    owners = {i["sub"]: str(i["user_id"]) for i in either.rows("identities")}
    assert owners[provider.sub] == second


def test_se_01_the_session_key_changes_at_each_sign_in(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    browser, _ = two
    sign_in(either, provider, "op", browser)
    old = browser.cookies.get_dict()
    sign_in(either, provider, "op", browser)
    assert requests.get(f"{either.url}/session", cookies=old, timeout=10).status_code == 401


def test_cc_02_one_new_person_from_eight_browsers_at_once(
    either: RunningApp, provider: BadProvider, at_once: Any
) -> None:
    browsers = [Browser(either.url) for _ in range(8)]
    callbacks = [browser.to_callback(browser.start("op")) for browser in browsers]
    users = len(either.rows("users"))
    answers = at_once(
        *(
            lambda browser=browser, url=url: browser.get(url, allow_redirects=False)
            for browser, url in zip(browsers, callbacks, strict=True)
        )
    )
    assert [answer.headers["Location"] for answer in answers] == ["/"] * 8
    assert len(either.rows("users")) == users + 1
    mine = [i for i in either.rows("identities") if i["sub"] == provider.sub]
    assert len(mine) == 1
    assert {browser.sub() for browser in browsers} == {str(mine[0]["user_id"])}
    for browser in browsers:
        browser.close()


def test_lk_17_subs_that_differ_in_capitals_spaces_and_form_are_different_people(
    either: RunningApp, provider: BadProvider, two: tuple[Browser, Browser]
) -> None:
    users = set()
    subs = ["abc", "ABC", "Abc", "abc ", " abc", "\u00e9", "e\u0301", "\u00c9", "ſ", "s", "0", "00"]
    for sub in subs:
        provider.reset()
        provider.sub = sub
        provider.profile = {}
        with Browser(either.url) as browser:
            sign_in(either, provider, "op", browser)
            users.add(browser.session_json()["user"]["id"])
    assert len(users) == len(subs)


def finished(browser: Browser, callback: str) -> bool:
    answer = browser.get(callback, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"] == "/" and browser.sub() is not None


def age(app: RunningApp, by: timedelta) -> None:
    """Make every pending login older."""
    from app.db import db
    from app.signin.models import PendingLogin

    with app.app.app_context():
        for row in db.session.query(PendingLogin):
            row.created_at -= by
            row.expires_at -= by
        db.session.commit()
