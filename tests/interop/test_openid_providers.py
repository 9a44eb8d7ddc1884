"""Logins at oidc-provider, a certified OpenID Provider that knows nothing of this app."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
import requests
from harness.app_server import RunningApp, running_app
from harness.browser import Browser
from harness.node_servers import NodeServer, openid_provider
from harness.ports import free_port

DISCOVERY = "GET /.well-known/openid-configuration"
KEYS = "GET /jwks"
TOKEN = "POST /token"
USERINFO = "GET /me"
BACK_CHANNEL = {DISCOVERY, KEYS, TOKEN, USERINFO}


class Corp:
    """The app, and the provider that it calls `corp`."""

    def __init__(self, app: RunningApp, issuer: str, server: NodeServer) -> None:
        self.app = app
        self.issuer = issuer
        self._server = server

    def browser(self) -> Browser:
        return Browser(self.app.url)

    def calls(self) -> list[str]:
        """Return what the app itself asked of the provider since the last time."""
        return [call for call in self._server.requests(self.issuer) if call in BACK_CHANNEL]

    def new_key(self) -> None:
        requests.get(f"{self.issuer}/test/rotate", timeout=30)


@contextmanager
def corp(
    database_url: str,
    *,
    client: dict[str, Any] | None = None,
    settings: dict[str, str] | None = None,
    **shape: Any,
) -> Iterator[Corp]:
    port = free_port()
    registered = {
        "client_id": "app",
        "client_secret": "a-secret-of-some-length",
        "redirect_uris": [f"http://localhost:{port}/callback/corp"],
        **(client or {}),
    }
    if registered.get("token_endpoint_auth_method") == "none":
        del registered["client_secret"]
    with openid_provider(registered, **shape) as (issuer, server):
        environ = {
            "OIDC_CORP_ISSUER": issuer,
            "OIDC_CORP_CLIENT_ID": registered["client_id"],
            "OIDC_CORP_CLIENT_SECRET": registered.get("client_secret", ""),
            **(settings or {}),
        }
        with running_app(database_url, environ, port=port) as app:
            yield Corp(app, issuer, server)


def to_callback(
    browser: Browser, person: str, provider: str = "corp", *, deny: bool = False
) -> str:
    """Start a login, sign in at the provider and agree; return the callback URL, unvisited."""
    answer = browser.start(provider)
    while True:
        while answer.is_redirect:
            location = urljoin(answer.url, answer.headers["Location"])
            if location.startswith(f"{browser.app_url}/callback/"):
                return location
            answer = browser.get(location, allow_redirects=False)
        form = re.search(
            r'<form[^>]* action="([^"]+)".*?name="prompt" value="(\w+)"', answer.text, re.S
        )
        assert form, answer.text
        if deny:
            answer = browser.get(f"{unescape(form[1])}/abort", allow_redirects=False)
            continue
        fields = {"prompt": form[2], "login": person, "password": "any"}
        answer = browser.post(unescape(form[1]), data=fields, allow_redirects=False)


def finish(browser: Browser, callback: str) -> str:
    """Visit a callback URL; return the path that it leads to."""
    answer = browser.get(callback, allow_redirects=False)
    assert answer.status_code == 303
    return urlsplit(answer.headers["Location"]).path


def log_in(browser: Browser, person: str, provider: str = "corp") -> str:
    return finish(browser, to_callback(browser, person, provider))


def changed(url: str, **values: str | None) -> str:
    """Return a URL with other parameters; None takes one out."""
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query)), **values}
    kept = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urlencode(kept)).geturl()


AWKWARD = "p:a+s/s%w=d&x y~"

SHAPES = {
    "basic": {"client": {"token_endpoint_auth_method": "client_secret_basic"}},
    "basic, awkward": {
        "client": {
            "client_id": "a:b+c/d%e f",
            "client_secret": AWKWARD,
            "token_endpoint_auth_method": "client_secret_basic",
        }
    },
    "post, awkward": {
        "client": {
            "client_secret": AWKWARD,
            "token_endpoint_auth_method": "client_secret_post",
        },
        "settings": {"OIDC_CORP_AUTH_METHOD": "client_secret_post"},
    },
    "public client": {
        "client": {"token_endpoint_auth_method": "none"},
        "settings": {"OIDC_CORP_AUTH_METHOD": "none"},
    },
    "PS256": {"alg": "PS256"},
    "ES256": {"alg": "ES256"},
    "EdDSA": {"alg": "EdDSA"},
    "clock 30 s ahead": {"skew": 30},
    "clock 30 s behind": {"skew": -30},
    "issuer localhost": {"host": "localhost"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_right_person(shape: str, sqlite_url: str) -> None:
    with corp(sqlite_url, **SHAPES[shape]) as here:
        ada, bob = here.browser(), here.browser()
        assert log_in(ada, "ada") == "/"
        assert here.calls() == [DISCOVERY, TOKEN, KEYS]
        assert log_in(bob, "bob") == "/"
        assert here.calls() == [TOKEN]
        assert ada.session_json()["user"] == {
            "id": ada.sub(),
            "name": "Name ada",
            "email": "ada@example.org",
            "email_verified": True,
            "picture": None,
            "is_admin": False,
        }
        assert bob.session_json()["user"]["email"] == "bob@example.org"

        again = here.browser()
        log_in(again, "ada")
        assert again.sub() == ada.sub() != bob.sub()
        assert {row["sub"] for row in here.app.rows("identities")} == {"ada", "bob"}


def test_userinfo_is_asked_where_the_id_token_is_bare(sqlite_url: str) -> None:
    with corp(sqlite_url, claims_in_token=False) as here:
        browser = here.browser()
        assert log_in(browser, "ada") == "/"
        assert here.calls() == [DISCOVERY, TOKEN, KEYS, USERINFO]
        assert browser.session_json()["user"]["email"] == "ada@example.org"
        log_in(here.browser(), "ada")
        assert here.calls() == [TOKEN, USERINFO]


def test_nothing_is_asked_that_the_scope_does_not_promise(sqlite_url: str) -> None:
    settings = {"OIDC_CORP_SCOPE": "openid"}
    with corp(sqlite_url, settings=settings, claims_in_token=False) as here:
        browser = here.browser()
        assert log_in(browser, "ada") == "/"
        assert here.calls() == [DISCOVERY, TOKEN, KEYS]
        user = browser.session_json()["user"]
        assert user["name"] is None
        assert user["email"] is None


def test_pairwise_subjects(sqlite_url: str) -> None:
    with corp(sqlite_url, client={"subject_type": "pairwise"}) as here:
        first, second = here.browser(), here.browser()
        log_in(first, "ada")
        log_in(second, "ada")
        assert first.sub() == second.sub()
        assert [row["sub"] for row in here.app.rows("identities")] == ["pairwise-app-ada"]


def test_new_key(sqlite_url: str) -> None:
    with corp(sqlite_url) as here:
        log_in(here.browser(), "ada")
        here.new_key()
        here.calls()
        browser = here.browser()
        assert log_in(browser, "bob") == "/"
        assert here.calls() == [TOKEN, KEYS]
        assert browser.session_json()["user"]["name"] == "Name bob"
        log_in(here.browser(), "ada")
        assert here.calls() == [TOKEN]


def test_a_clock_that_is_ten_minutes_behind(sqlite_url: str) -> None:
    """Its ID Tokens are good for an hour."""
    with corp(sqlite_url, skew=-600) as here:
        assert log_in(here.browser(), "ada") == "/"


def test_a_clock_that_is_ten_minutes_ahead(sqlite_url: str) -> None:
    with corp(sqlite_url, skew=600) as here:
        browser = here.browser()
        assert log_in(browser, "ada") == "/login/error/provider_error"
        assert browser.sub() is None
        assert "check this machine's clock" in here.app.log_text()
        assert here.app.rows("users") == []


def test_callback_works_once(sqlite_url: str) -> None:
    with corp(sqlite_url) as here:
        browser = here.browser()
        callback = to_callback(browser, "ada")
        assert finish(browser, callback) == "/"
        here.calls()
        assert finish(browser, callback) == "/login/error/login_expired"
        assert here.calls() == []
        assert browser.session_json()["user"]["name"] == "Name ada"


def test_code_of_another_login(sqlite_url: str) -> None:
    """A code is bound to its own login by PKCE: a used or a stolen one opens nothing."""
    with corp(sqlite_url) as here:
        ada, mallory = here.browser(), here.browser()
        of_ada = dict(parse_qsl(urlsplit(to_callback(ada, "ada")).query))
        of_mallory = to_callback(mallory, "mallory")
        injected = changed(of_mallory, code=of_ada["code"])
        assert finish(mallory, injected) == "/login/error/login_expired"
        assert mallory.sub() is None
        assert here.app.rows("users") == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"iss": None}, "invalid_callback"),
        ({"iss": "https://other.example"}, "invalid_callback"),
        ({"code": None}, "invalid_callback"),
        ({"state": "x" * 43}, "login_expired"),
    ],
    ids=["no iss", "other iss", "no code", "other state"],
)
def test_changed_answers(values: dict[str, str | None], code: str, sqlite_url: str) -> None:
    with corp(sqlite_url) as here:
        browser = here.browser()
        callback = to_callback(browser, "ada")
        here.calls()
        assert finish(browser, changed(callback, **values)) == f"/login/error/{code}"
        assert here.calls() == []
        assert browser.sub() is None


def test_cancelled(sqlite_url: str) -> None:
    with corp(sqlite_url) as here:
        browser = here.browser()
        answer = browser.get(to_callback(browser, "ada", deny=True))
        assert answer.url == f"{here.app.url}/login"
        assert answer.status_code == 200
        assert "You cancelled" in answer.text
        assert TOKEN not in here.calls()


def test_wrong_secret(sqlite_url: str) -> None:
    settings = {"OIDC_CORP_CLIENT_SECRET": "another-secret-of-some-length"}
    with corp(sqlite_url, settings=settings) as here:
        browser = here.browser()
        assert log_in(browser, "ada") == "/login/error/provider_misconfigured"
        assert browser.sub() is None
