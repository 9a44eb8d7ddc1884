"""Requests of browsers, link checkers, tunnels and strangers: what is taken, and why not."""

import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import requests
from harness.app_server import RunningApp, running_app
from harness.bad_provider import BadProvider, Listener
from harness.browser import Browser
from harness.walk import events, forget

from .conftest import settings

PUBLIC = "https://quiet-otter-8000.app.github.dev"
SESSION = "template_session"


# --- HEAD: link checkers and previews, sometimes with the person's cookie


def test_head_uses_no_login_up(app: RunningApp, browser: Browser) -> None:
    callback = browser.to_callback(browser.start("op"))
    for _ in range(2):
        answer = browser.head(callback, allow_redirects=False)
        assert (answer.status_code, answer.text) == (200, "")
        assert "Set-Cookie" not in answer.headers
    assert browser.get(callback, allow_redirects=False).headers["Location"] == "/"
    assert browser.sub()


def test_head_at_a_provider_that_is_none(app: RunningApp) -> None:
    assert requests.head(f"{app.url}/callback/nobody", timeout=10).status_code == 404


def test_head_changes_no_cookie(app: RunningApp, browser: Browser) -> None:
    """A flashed message is for the person, not for what looks at the page first."""
    browser.get(
        browser.to_callback(browser.start("op")).replace("code=", "error=access_denied&x="),
        allow_redirects=False,
    )
    for path in ("/login", "/", "/invite/unknown", "/login/op"):
        looked = browser.head(app.url + path, allow_redirects=False)
        assert "Set-Cookie" not in looked.headers, path
    assert "You cancelled" in browser.get(f"{app.url}/login").text


# --- Cookies


@pytest.mark.parametrize(
    "cookie",
    [
        b"remember_token=a|\xc3\xa9",
        b"remember_token=\xff",
        f"{SESSION}=garbage".encode(),
        f"{SESSION}=\xe9.x.y".encode(),
        f"{SESSION}=.eJw.x.y; {SESSION}=other".encode(),
        f"{SESSION}={'a' * 6000}".encode(),
        f"{SESSION}=".encode(),
        b"=x; ; a; \x01=2; template_last_used=\xc3\xa9",
        b"template_last_used=" + b"x" * 5000,
    ],
)
def test_odd_cookies_stop_nobody(cookie: bytes, app: RunningApp) -> None:
    for path in (
        "/",
        "/login",
        "/session",
        "/nothing",
        "/login/error/not_allowed",
        "/static/app.css",
    ):
        answer = requests.get(app.url + path, headers={"Cookie": cookie}, timeout=10)
        assert answer.status_code < 500, path


def test_an_unreadable_session_cookie_is_deleted(app: RunningApp, browser: Browser) -> None:
    for value in ("garbage", "e30.x.y", "a" * 3000):
        cookies = {SESSION: value}
        answer = requests.get(f"{app.url}/session", cookies=cookies, timeout=10)
        assert answer.status_code == 401
        assert f"{SESSION}=;" in answer.headers["Set-Cookie"]
        assert "Max-Age=0" in answer.headers["Set-Cookie"]
    browser.get(f"{app.url}/login")
    browser.get(f"{app.url}/session")
    assert "Set-Cookie" not in browser.get(f"{app.url}/session").headers


# --- Where a form comes from


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, None),
        ({"Sec-Fetch-Site": "same-origin"}, None),
        ({"Sec-Fetch-Site": "none"}, None),
        ({"Sec-Fetch-Site": "cross-site"}, "cross_site"),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "ours"}, "cross_site"),
        ({"Origin": "ours", "Sec-Fetch-Site": "same-origin"}, None),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, "cross_site"),
        ({"Origin": "https://evil.example"}, "foreign_origin"),
        ({"Origin": "http://[", "Sec-Fetch-Site": "same-site"}, "foreign_origin"),
        ({"Origin": "null"}, "null_origin"),
    ],
)
@pytest.mark.parametrize("path", ["/login/op", "/logout", "/account/sessions/end-others"])
def test_a_form_with_a_good_token(
    path: str, headers: dict[str, str], reason: str | None, app: RunningApp, browser: Browser
) -> None:
    browser.get(browser.to_callback(browser.start("op")))
    app.log.clear()
    sent = {name: app.url if value == "ours" else value for name, value in headers.items()}
    form = {"csrf_token": browser.csrf_token()}
    answer = browser.post(app.url + path, data=form, headers=sent, allow_redirects=False)
    assert answer.status_code == (400 if reason else 303)
    refused = [event for event in events(app) if event["event"] == "form_refused"]
    assert [event["reason"] for event in refused] == ([reason] if reason else [])
    if reason:
        assert "PUBLIC_URL" in refused[0]["detail"]
        assert app.url in answer.text
        assert answer.headers["X-Request-ID"] in answer.text


def test_what_other_sites_are_meant_to_send(app: RunningApp, provider: BadProvider) -> None:
    """A provider's own POST comes from another site by design."""
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": provider.url}
    url = f"{app.url}/callback/op"
    answer = requests.post(
        url, data={"state": "x"}, headers=headers, allow_redirects=False, timeout=9
    )
    assert answer.headers["Location"].startswith("/login/error/")


@pytest.fixture(scope="module")
def tunnelled(sqlite: Callable[[], str], provider: BadProvider) -> Iterator[RunningApp]:
    """An app in development whose PUBLIC_URL is that of a tunnel to it."""
    with running_app(sqlite(), settings(provider) | {"PUBLIC_URL": PUBLIC}) as app:
        yield app


TUNNELS = {
    "keeps all": {"Host": urlsplit(PUBLIC).netloc, "Origin": PUBLIC},
    "rewrites Host": {"X-Forwarded-Host": urlsplit(PUBLIC).netloc, "Origin": PUBLIC},
    "rewrites both": {
        "X-Forwarded-Host": urlsplit(PUBLIC).netloc,
        "Origin": "http://localhost:8000",
    },
    "in capitals": {"X-Forwarded-Host": urlsplit(PUBLIC).netloc.upper()},
    "with a port": {"X-Forwarded-Host": f"{urlsplit(PUBLIC).netloc}:443"},
    "says the address only": {"X-Forwarded-For": "203.0.113.9"},
    "by the standard": {"Forwarded": f"for=203.0.113.9;host={urlsplit(PUBLIC).netloc}"},
    "with https": {"X-Forwarded-Host": urlsplit(PUBLIC).netloc, "Origin": "https://localhost:8000"},
    "to an address": {"X-Forwarded-Host": urlsplit(PUBLIC).netloc, "Origin": "http://127.0.0.1:9"},
    "a list": {
        "X-Forwarded-Host": f"{urlsplit(PUBLIC).netloc}, localhost:8000",
        "Origin": "http://localhost:8000",
    },
    "another name, and says so": {
        "X-Forwarded-Host": urlsplit(PUBLIC).netloc,
        "Origin": "http://proxy.internal",
        "Sec-Fetch-Site": "same-origin",
    },
    "null, and says so": {
        "X-Forwarded-Host": urlsplit(PUBLIC).netloc,
        "Origin": "null",
        "Sec-Fetch-Site": "same-origin",
    },
}


class Tunnelled(requests.Session):
    """A browser at the other end of a tunnel: it keeps Secure cookies, and sends these headers."""

    def form(self, app: RunningApp, headers: dict[str, str]) -> requests.Response:
        browser = Browser(app.url)
        page = browser.get(f"{app.url}/login/op", headers=headers)
        cookie = "; ".join(
            line.partition(";")[0] for line in page.raw.headers.getlist("Set-Cookie")
        )
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        return requests.post(
            f"{app.url}/login/op",
            data={"csrf_token": token},
            headers=headers | {"Cookie": cookie, "Referer": f"{PUBLIC}/login"},
            allow_redirects=False,
            timeout=10,
        )


@pytest.mark.parametrize("headers", TUNNELS.values(), ids=TUNNELS)
def test_a_form_through_a_tunnel(
    headers: dict[str, str], tunnelled: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    forget(tunnelled, provider, canary)
    answer = Tunnelled().form(tunnelled, headers)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith(provider.url)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Origin": "http://localhost:8000", "Sec-Fetch-Site": "cross-site"}, "cross_site"),
        ({"Origin": "https://evil.example"}, "foreign_origin"),
        ({"Origin": "http://localhost:8000.evil.example"}, "foreign_origin"),
        ({"Origin": "http://localhost.evil.example"}, "foreign_origin"),
        ({"Origin": "http://localhost@evil.example"}, "foreign_origin"),
        ({"Origin": "null"}, "null_origin"),
    ],
)
def test_a_foreign_form_through_a_tunnel(
    changed: dict[str, str], reason: str, tunnelled: RunningApp
) -> None:
    tunnelled.log.clear()
    answer = Tunnelled().form(tunnelled, TUNNELS["rewrites Host"] | changed)
    assert answer.status_code == 400
    assert [event["reason"] for event in events(tunnelled)] == [reason]


def test_another_host_is_told(tunnelled: RunningApp) -> None:
    tunnelled.log.clear()
    answer = requests.post(f"{tunnelled.url}/login/op", timeout=10)
    assert answer.status_code == 400
    assert PUBLIC in answer.text
    [event] = events(tunnelled)
    assert (event["event"], event["reason"]) == ("host_refused", "wrong_host")
    assert PUBLIC in event["detail"]


@pytest.mark.parametrize(
    "host", ["localhost:ab", "localhost:99999", "[", "a b", "", "évil", "x" * 300]
)
def test_a_host_that_is_none(host: str, tunnelled: RunningApp) -> None:
    with socket.create_connection(("localhost", int(tunnelled.url.rpartition(":")[2]))) as raw:
        raw.sendall(f"GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert int(raw.makefile("rb").readline().split()[1]) < 500


def test_a_provider_in_a_container_posts_logout_tokens(app: RunningApp) -> None:
    """It knows this machine by another name."""
    answer = requests.post(
        f"{app.url}/backchannel-logout/op",
        data={"logout_token": "x"},
        headers={"Host": "host.docker.internal:8000"},
        timeout=10,
    )
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


# --- Paths


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "//evil.example/", "///evil.example/..", "/login//op", "//login", "/login/"],
)
def test_no_redirect_to_the_host_that_was_named(path: str, app: RunningApp) -> None:
    request = requests.Request("GET", app.url, headers={"Host": "evil.example"}).prepare()
    for host in (app.url.removeprefix("http://"), "evil.example"):
        request.headers["Host"] = host
        request.url = app.url + path
        with requests.Session() as session:
            answer = session.send(request, allow_redirects=False, timeout=10)
        location = answer.headers.get("Location", "/")
        assert location.startswith(app.url) or urlsplit(location).netloc == ""
        assert not location.startswith("//")


HUGE = ("99999999999999999999", "2147483648", "9223372036854775808", "0", "-1", "1e3", "٣")


@pytest.mark.parametrize("number", HUGE)
def test_a_number_that_no_row_has(number: str, either: RunningApp) -> None:
    """Every path that names a row takes a number that a column can hold, or is not found."""
    rules = [
        rule
        for rule in either.app.url_map.iter_rules()
        if "<int" in rule.rule and "POST" in rule.methods
    ]
    assert len(rules) >= 2
    with Browser(either.url) as browser:
        browser.get(browser.to_callback(browser.start("op")))
        form = {"csrf_token": browser.csrf_token()}
        for rule in rules:
            path = rule.rule.partition("<")[0] + number + rule.rule.partition(">")[2]
            answer = browser.post(either.url + path, data=form, allow_redirects=False)
            assert answer.status_code in (303, 404), path
            if len(number) > 9:
                assert answer.status_code == 404, path
