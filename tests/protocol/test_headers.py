"""Headers, cookies and what a browser may do (HD)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness.app_server import SECRET_KEY, RunningApp
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, BadProvider, Listener
from harness.browser import Browser
from harness.walk import Row, sign_in, walk

HTTPS = "https://app.example.org"
# The option `live` opens a WebSocket here; older browsers do not take 'self' for that.
CONNECT = ["'self'", "wss://app.example.org"]


@pytest.fixture(scope="module")
def production(sqlite: Callable[[], str], provider: BadProvider) -> Iterator[Any]:
    """The app as in production, called without a network, as if over https."""
    from app import create_app
    from app.db import db

    environ = {
        "APP_ENV": "production",
        "SECRET_KEY": SECRET_KEY,
        "PUBLIC_URL": HTTPS,
        "DATABASE_URL": sqlite(),
        "RATELIMIT_ENABLED": "0",
        "ALLOW_HTTP_LOOPBACK": "1",
        "OIDC_OP_ISSUER": f"{provider.url}/op",
        "OIDC_OP_CLIENT_ID": CLIENT_ID,
        "OIDC_OP_CLIENT_SECRET": CLIENT_SECRET,
    }
    app = create_app(environ)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/raises")
    def raises() -> str:
        raise RuntimeError("a secret of the traceback")

    yield app
    app.extensions["signin"].flow.http.close()
    with app.app_context():
        db.engine.dispose()


ANSWERS = {
    "page": ("GET", "/", 200),
    "login": ("GET", "/login", 200),
    "start page": ("GET", "/login/op", 200),
    "json": ("GET", "/session", 401),
    "not found": ("GET", "/no/such/page", 404),
    "wrong method": ("DELETE", "/login", 405),
    "unknown method": ("BREW", "/login", 405),
    "trace": ("TRACE", "/", 405),
    "no token": ("POST", "/logout", 400),
    "redirect to login": ("GET", "/notes", 303),
    "refused callback": ("GET", "/callback/op?state=x&code=y", 303),
    "posted callback": ("POST", "/callback/op", 303),
    "error page": ("GET", "/login/error/provider_unavailable", 503),
    "no such error page": ("GET", "/login/error/nothing", 404),
    "exception": ("GET", "/raises", 500),
    "static": ("GET", "/static/app.css", 200),
    "no such static": ("GET", "/static/none.css", 404),
    "health": ("GET", "/healthz", 200),
    "options": ("OPTIONS", "/login", 200),
    "head": ("HEAD", "/", 200),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_hd_01_and_04_headers_are_on_every_answer(kind: str, production: Any) -> None:
    method, path, status = ANSWERS[kind]
    answer = production.test_client().open(path, method=method, base_url=HTTPS)
    assert answer.status_code == status
    policy = directives(answer.headers["Content-Security-Policy"])
    for name in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert policy[name] == ["'none'"], name
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["connect-src"] == CONNECT
    assert not any("unsafe" in value for values in policy.values() for value in values)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    expected = "no-referrer" if path.startswith("/callback/") else "same-origin"
    assert answer.headers["Referrer-Policy"] == expected
    seconds = re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])
    assert seconds
    assert int(seconds[1]) >= 31536000
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers
    if not path.startswith("/static/"):
        assert answer.headers["Cache-Control"] == "no-store"
    assert "secret" not in answer.get_data(as_text=True).lower()
    answer.close()


def test_hd_01_a_body_that_is_too_large(production: Any) -> None:
    answer = production.test_client().post(
        "/callback/op", data={"user": "x" * 200_000}, base_url=HTTPS
    )
    assert answer.status_code in (303, 413)
    assert "Content-Security-Policy" in answer.headers


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {part[0]: part[1:] for part in parts}


def test_hd_03_cookies_in_production(production: Any, provider: BadProvider) -> None:
    provider.reset()
    client = production.test_client()
    page = client.get("/login", base_url=HTTPS)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert token
    started = client.post("/login/op", data={"csrf_token": token[1]}, base_url=HTTPS)
    assert started.status_code == 303
    with Browser(HTTPS) as browser:
        at_provider = browser.get(started.headers["Location"], allow_redirects=False)
    callback = at_provider.headers["Location"]
    assert callback.startswith(f"{HTTPS}/callback/op?")
    done = client.get(callback.removeprefix(HTTPS), base_url=HTTPS)
    assert done.headers["Location"] == "/"
    cookies = page.headers.getlist("Set-Cookie") + done.headers.getlist("Set-Cookie")
    sessions = [cookie for cookie in cookies if "_session=" in cookie]
    assert len(sessions) == 2
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax"} <= attributes, cookie
        assert not any(attribute.startswith("domain") for attribute in attributes)
    for cookie in sessions:
        assert cookie.startswith("__Host-")
        assert "path=/" in {part.strip().lower() for part in cookie.split(";")}
    # Without https the browser would not send it, and neither does the app take another name.
    who = client.get("/session", base_url=HTTPS)
    assert who.status_code == 200
    assert "cookie" in who.headers["Vary"].lower()


def test_hd_04_no_hsts_over_plain_http(app: RunningApp, browser: Browser) -> None:
    answer = browser.get(app.url)
    assert "Strict-Transport-Security" not in answer.headers


def test_se_12_what_shows_a_user_is_not_kept_by_caches(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    sign_in(app, provider, "op", browser)
    for path in ("/", "/session", "/notes", "/login", "/account"):
        answer = browser.get(app.url + path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert "cookie" in answer.headers["Vary"].lower()


def test_hd_08_forms_that_start_a_sign_in_may_lead_to_a_provider(
    production: Any, app: RunningApp, browser: Browser
) -> None:
    client = production.test_client()
    for path in ("/login", "/login/op"):
        policy = directives(client.get(path, base_url=HTTPS).headers["Content-Security-Policy"])
        assert policy["form-action"][:2] == ["'self'", "https:"]
    other = directives(client.get("/", base_url=HTTPS).headers["Content-Security-Policy"])
    assert other["form-action"] == ["'self'"]
    here = directives(browser.get(f"{app.url}/login").headers["Content-Security-Policy"])
    assert here["form-action"] == [
        "'self'",
        "https:",
        "http://localhost:*",
        "http://127.0.0.1:*",
    ]


def test_hd_08_a_form_that_was_too_old_may_lead_to_a_provider_too(
    app: RunningApp, browser: Browser
) -> None:
    answer = browser.post(f"{app.url}/login/op", data={"csrf_token": "old"})
    assert answer.status_code == 400
    policy = directives(answer.headers["Content-Security-Policy"])
    assert "https:" in policy["form-action"]


def test_ws_same_origin_only(production: Any) -> None:
    answer = production.test_client().get("/", base_url=HTTPS)
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["connect-src"] == CONNECT


def test_lg_08_no_token_of_a_provider_reaches_the_browser(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    went = walk(Row(id="LG-08", outcome="OK"), app, provider, canary)
    pages = [went.browser.get(app.url + path) for path in ("/", "/session", "/account", "/login")]
    secrets = [secret for secret in provider.secrets if len(secret) > 20]
    assert len(secrets) > 5
    for page in pages:
        assert not any(secret in page.text for secret in secrets)
        assert not any(secret in str(page.headers) for secret in secrets)


def test_se_13_nothing_secret_stands_in_the_cookie(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    from itsdangerous import base64_decode

    browser.start("op", next_url="/notes")
    started = dict(browser.cookies)
    sign_in(app, provider, "op", browser)
    for cookies in (started, dict(browser.cookies)):
        value = next(value for name, value in cookies.items() if name.endswith("_session"))
        readable = base64_decode(value.split(".")[0] or value.split(".")[1])
        for secret in (*provider.secrets, provider.profile["email"], provider.sub, "/notes"):
            assert secret.encode() not in readable
