"""Settings that are missing, half, weak or misspelt (CF): the app does not start, and says why."""

from collections.abc import Callable
from typing import Any

import pytest
from harness.app_server import SECRET_KEY, RunningApp, running_app
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, BadProvider, Listener
from harness.browser import Browser
from harness.walk import Row, forget, query_of, sign_in, walk
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from . import conftest

PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": SECRET_KEY,
    "PUBLIC_URL": "https://app.example.org",
    "DATABASE_URL": "sqlite:////tmp/no-such-database.db",
}
CLIENT = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}


def load(**changes: str | None) -> Any:
    from app.signin.config import load as read

    environ = {name: value for name, value in (PRODUCTION | changes).items() if value is not None}
    return read(environ)


def problems(**changes: str | None) -> list[str]:
    """Return the lines of the refusal, once it is sure that no value stands in them."""
    from app.signin.config import ConfigError

    with pytest.raises(ConfigError) as caught:
        load(**changes)
    text = str(caught.value)
    for hint in ("https://app.example.org", "https:// URL", "'30 per minute'", "like example.org"):
        text = text.replace(hint, "")
    for value in changes.values():
        assert value is None or len(value) < 6 or value not in text
    assert SECRET_KEY not in text
    return caught.value.problems


def refused(name: str, **changes: str | None) -> None:
    """Expect exactly one problem, about one variable."""
    found = problems(**changes)
    assert [line.split()[0] for line in found] == [name], found


def oidc(name: str = "OP", **changes: str | None) -> dict[str, str | None]:
    found = {"ISSUER": "https://issuer.example", **CLIENT, **changes}
    return {f"OIDC_{name}_{ending}": value for ending, value in found.items()}


def oauth(name: str = "FORUM", **changes: str | None) -> dict[str, str | None]:
    found = {
        "AUTHORIZATION_ENDPOINT": "https://forum.example/authorize",
        "TOKEN_ENDPOINT": "https://forum.example/token",
        "USERINFO_ENDPOINT": "https://forum.example/me",
        **CLIENT,
        **changes,
    }
    return {f"OAUTH_{name}_{ending}": value for ending, value in found.items()}


def test_the_honest_settings_load() -> None:
    found = load(**oidc(), **oauth())
    assert set(found.clients) == {"op", "forum"}
    assert not found.development
    assert CLIENT_SECRET not in repr(found)
    assert SECRET_KEY not in repr(found)


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        " ",
        "short",
        "x" * 64,
        "abababababababababababababababababab",
        "change-me-change-me-change-me-0123456789",
        "this-is-an-example-key-0123456789abcdefgh",
        "dev-default-key-0123456789-abcdefghijklmn",
        SECRET_KEY[:31],
    ],
)
@pytest.mark.parametrize("env", ["production", "development"])
def test_cf_01_a_key_that_is_missing_or_weak(key: str | None, env: str) -> None:
    refused("SECRET_KEY", SECRET_KEY=key, APP_ENV=env)


def test_cf_01_an_old_key_that_is_weak() -> None:
    refused("SECRET_KEY_FALLBACKS", SECRET_KEY_FALLBACKS=f"{SECRET_KEY[::-1]},short")
    assert load(SECRET_KEY_FALLBACKS=SECRET_KEY[::-1]).secret_key_fallbacks == (SECRET_KEY[::-1],)


@pytest.mark.parametrize("value", ["1", "true", "on", "YES"])
def test_cf_02_debug_in_production(value: str) -> None:
    refused("FLASK_DEBUG", FLASK_DEBUG=value)
    assert load(FLASK_DEBUG=value, APP_ENV="development").development


@pytest.mark.parametrize("value", ["prod", "Production", "staging", "dev", "0"])
def test_cf_02_an_environment_that_is_neither(value: str) -> None:
    assert problems(APP_ENV=value)[0].startswith("APP_ENV")


def test_cf_02_nothing_said_is_production(sqlite: Callable[[], str]) -> None:
    assert not load(APP_ENV=None).development


def test_cf_02_nothing_of_development_is_there_in_production(sqlite: Callable[[], str]) -> None:
    from app import create_app
    from app.db import db

    app = create_app({**PRODUCTION, "DATABASE_URL": sqlite()})
    assert not app.debug
    assert not app.testing
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev/")]
    client = app.test_client()
    for path in ("/dev/setup", "/dev/practice/authorize", "/dev/practice-github/api/user"):
        assert client.get(path, base_url="https://app.example.org").status_code == 404
    with app.app_context():
        db.engine.dispose()


# CF-04


@pytest.mark.parametrize("missing", ["CLIENT_ID", "CLIENT_SECRET"])
@pytest.mark.parametrize("prefix", ["GITHUB", "GOOGLE", "FACEBOOK", "X"])
def test_cf_04_half_of_a_provider(prefix: str, missing: str) -> None:
    half = {f"{prefix}_{name}": value for name, value in CLIENT.items() if name != missing}
    refused(f"{prefix}_{missing}", **half)
    refused(f"{prefix}_{missing}", **half, **{f"{prefix}_{missing}": "  "})


@pytest.mark.parametrize("missing", ["ISSUER", "CLIENT_ID", "CLIENT_SECRET"])
def test_cf_04_a_part_of_an_openid_provider(missing: str) -> None:
    refused(f"OIDC_OP_{missing}", **oidc(**{missing: None}))


ENDPOINTS = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT")


@pytest.mark.parametrize("missing", [*ENDPOINTS, "CLIENT_ID", "CLIENT_SECRET"])
def test_cf_04_a_part_of_a_plain_provider(missing: str) -> None:
    refused(f"OAUTH_FORUM_{missing}", **oauth(**{missing: None}))


BAD_URLS = [
    "issuer.example",
    "http://issuer.example",
    "http://127.0.0.1/op",
    "http://localhost/op",
    "ftp://issuer.example",
    "javascript:alert(1)",
    "https://",
    "https://user:pass@issuer.example",
    "https://issuer.example/a b",
    "https://[::1",
    "https://issuer.example:99999",
    "https://issuer.example/\x00",
    "https://íssuer.example",
]


@pytest.mark.parametrize("url", BAD_URLS)
def test_cf_04_urls_that_are_none(url: str) -> None:
    refused("OIDC_OP_ISSUER", **oidc(ISSUER=url))
    refused("GITHUB_BASE_URL", GITHUB_BASE_URL=url)
    for ending in ENDPOINTS:
        refused(f"OAUTH_FORUM_{ending}", **oauth(**{ending: url}))


def test_cf_04_plain_http_to_this_machine_only_where_it_is_allowed() -> None:
    url = "http://127.0.0.1:9000/op"
    assert load(**oidc(ISSUER=url), ALLOW_HTTP_LOOPBACK="1").clients
    assert load(**oidc(ISSUER=url), APP_ENV="development").clients
    for other in ("http://169.254.169.254", "http://10.0.0.1", "http://localhost.evil.example"):
        refused("OIDC_OP_ISSUER", **oidc(ISSUER=other), ALLOW_HTTP_LOOPBACK="1")


@pytest.mark.parametrize(
    "variable",
    [
        "OIDC_OP_ISSUR",
        "OIDC_OP_SECRET",
        "OIDC_OP_TOKEN_ENDPOINT",
        "OAUTH_FORUM_ID_TOKEN_ALG",
        "OAUTH_FORUM_CLIENTID",
        "OIDC_ISSUER",
        "OAUTH__CLIENT_ID",
    ],
)
def test_cf_04_unknown_endings(variable: str) -> None:
    refused(variable, **{variable: "https://a.example"})


@pytest.mark.parametrize(
    "name", ["GITHUB", "GOOGLE", "X", "FACEBOOK", "ERROR", "PRACTICE", "PRACTICEFUSION"]
)
def test_cf_04_names_that_are_taken(name: str) -> None:
    for made in (oidc(name), oauth(name)):
        found = problems(**made)
        assert any(name.lower() in line for line in found)


def test_cf_04_one_name_for_two_providers() -> None:
    assert problems(**oidc("SAME"), **oauth("SAME"))


@pytest.mark.parametrize(
    ("ending", "value"),
    [
        ("AUTH_METHOD", "basic"),
        ("AUTH_METHOD", "private_key_jwt"),
        ("ID_TOKEN_ALG", "none"),
        ("ID_TOKEN_ALG", "RS1"),
        ("ID_TOKEN_ALG", "HS1024"),
        ("SCOPE", "email profile"),
    ],
)
def test_cf_04_values_that_are_none_of_those(ending: str, value: str) -> None:
    refused(f"OIDC_OP_{ending}", **oidc(**{ending: value}))


def test_cf_04_a_public_client_has_no_secret() -> None:
    found = load(**oidc(CLIENT_SECRET=None, AUTH_METHOD="none"))
    assert found.clients["op"].client_secret == ""


NUMBERS = {
    "TRUSTED_PROXIES": ["-1", "one", "1.5", "yes", "٣x"],
    "PENDING_LOGIN_SECONDS": ["0", "601", "-1", "ten", "1e2"],
    "SESSION_IDLE_MINUTES": ["0", "", "-5", "x"],
    "SESSION_MAX_DAYS": ["0", "401", "1.5"],
    "AUDIT_DAYS": ["0", "x"],
    "RATELIMIT_ENABLED": ["maybe", "2"],
    "RATELIMIT_LOGIN": ["30", "thirty", "per minute"],
    "RATELIMIT_STORAGE_URI": ["memcached://127.0.0.1", "http://x", "redis"],
    "ALLOW_HTTP_LOOPBACK": ["perhaps"],
    "DATABASE_URL": ["mysql://a/b", "nothing", "://", "postgresql://h:port/x"],
    "OUTBOUND_PROXY": ["socks5://proxy:1080", "proxy:8080"],
    "SSL_CERT_FILE": ["/no/such/file"],
    "SIGNUP": ["yes", "Open", "none"],
    "REQUIRE_EMAIL": ["1", "true"],
    "LINK_BY_EMAIL": ["always", "1", "yes"],
    "PROFILE_SYNC": ["yes"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, v) for name, values in NUMBERS.items() for v in values if v]
)
def test_cf_04_malformed_values(name: str, value: str) -> None:
    refused(name, **{name: value})


def test_cf_04_all_problems_at_once() -> None:
    found = problems(
        SECRET_KEY=None,
        PUBLIC_URL="http://app.example.org",
        TRUSTED_PROXIES="x",
        GITHUB_CLIENT_ID="a",
        SIGNUP="x",
        **oidc(ISSUER="nothing"),
    )
    named = {line.split()[0] for line in found}
    assert named == {
        "SECRET_KEY",
        "PUBLIC_URL",
        "TRUSTED_PROXIES",
        "GITHUB_CLIENT_SECRET",
        "SIGNUP",
        "OIDC_OP_ISSUER",
    }


# CF-06


@pytest.mark.parametrize(
    ("url", "redirect_uri"),
    [
        ("https://app.example.org", "https://app.example.org/callback/op"),
        ("https://app.example.org/", "https://app.example.org/callback/op"),
        ("https://app.example.org:8443", "https://app.example.org:8443/callback/op"),
        ("https://app.example.org:443", "https://app.example.org:443/callback/op"),
        ("https://App.Example.Org", "https://app.example.org/callback/op"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]/callback/op"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/callback/op"),
        ("https://192.0.2.1", "https://192.0.2.1/callback/op"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example/callback/op"),
    ],
)
def test_cf_06_the_public_url(url: str, redirect_uri: str) -> None:
    assert load(PUBLIC_URL=url, **oidc()).clients["op"].redirect_uri == redirect_uri


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://app.example.org",
        "https://app.example.org/path",
        "https://app.example.org?x=1",
        "https://app.example.org#x",
        "app.example.org",
        "//app.example.org",
        "https://",
        "https:///",
        "https://user@app.example.org",
        "https://user:pass@app.example.org",
        "https://app.example.org:port",
        "https://app.example.org:99999",
        "https://[::1",
        "https://büro.example",
        "https://app example.org",
        "https://app.example.org\\evil",
        'https://app".example.org',
        "https://a.example,https://b.example",
        "ftp://app.example.org",
        "javascript:alert(1)",
    ],
)
def test_cf_06_a_public_url_that_is_none(url: str | None) -> None:
    refused("PUBLIC_URL", PUBLIC_URL=url)


def test_cf_06_http_in_production_is_refused_with_loopback_allowed_too() -> None:
    refused("PUBLIC_URL", PUBLIC_URL="http://localhost:8000", ALLOW_HTTP_LOOPBACK="1")


def test_cf_07_forwarded_headers_without_a_proxy(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    browser.headers["X-Forwarded-For"] = "203.0.113.5"
    browser.headers["X-Forwarded-Host"] = "evil.example"
    browser.headers["X-Forwarded-Proto"] = "https"
    browser.headers["X-Forwarded-Prefix"] = "/evil"
    sign_in(app, provider, "op", browser)
    assert app.rows("login_sessions")[-1]["address"] == "127.0.0.1"


def test_cf_07_forwarded_headers_behind_one(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    with running_app(sqlite(), conftest.settings(provider) | {"TRUSTED_PROXIES": "1"}) as app:
        forget(app, provider, canary)
        with Browser(app.url) as browser:
            browser.headers["X-Forwarded-For"] = "198.51.100.1, 203.0.113.5"
            answer = browser.start("op")
            assert query_of(answer.headers["Location"])["redirect_uri"] == f"{app.url}/callback/op"
            sign_in(app, provider, "op", browser)
        assert app.rows("login_sessions")[-1]["address"] == "203.0.113.5"


# CF-08

LISTS = ("ALLOWED_EMAIL_DOMAINS", "ADMINS", "GITHUB_ALLOWED_ORGS", "GOOGLE_HOSTED_DOMAIN")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("value", ["", " ", ",", " , ,"])
def test_cf_08_a_list_that_is_empty(name: str, value: str) -> None:
    refused(name, **{name: value})


@pytest.mark.parametrize(
    "name",
    [
        "ALLOWED_EMAIL_DOMAIN",
        "ALLOWED_EMAILS_DOMAINS",
        "GITHUB_ALLOWED_ORG",
        "GOOGLE_HOSTED_DOMAINS",
    ],
)
def test_cf_08_a_list_that_is_misspelt(name: str) -> None:
    refused(name, **{name: "example.org"})


@pytest.mark.parametrize(
    "value", ["*", "example", "@example.org", "a@example.org", "example.org/", "*.example.org"]
)
def test_cf_08_domains_that_are_none(value: str) -> None:
    refused("ALLOWED_EMAIL_DOMAINS", ALLOWED_EMAIL_DOMAINS=value)


@pytest.mark.parametrize("value", ["583231", "github", "github:", ":1", "nobody:1", "a@b.example"])
def test_cf_08_admins_that_are_none(value: str) -> None:
    refused("ADMINS", ADMINS=value)


# CF-10


def test_cf_10_a_provider_that_is_gone(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    database, both = sqlite(), conftest.settings(provider)
    without = {name: value for name, value in both.items() if not name.startswith("OIDC_ONE_")}
    with running_app(database, both) as app:
        forget(app, provider, canary)
        one = walk(Row(id="one", outcome="OK", tenant="one"), app, provider, canary).browser
        cookies, who = one.cookies, one.session_json()
    with running_app(database, without) as app:
        assert Browser(app.url).get(f"{app.url}/login/one").status_code == 404
        forget(app, provider, canary)
        provider.profile = {}
        with Browser(app.url) as browser:
            sign_in(app, provider, "op", browser)
            assert browser.get(f"{app.url}/account/connections").status_code == 200
        with Browser(app.url) as browser:
            browser.cookies.update(cookies)
            assert browser.session_json() == who
            page = browser.get(f"{app.url}/account/connections")
            assert page.status_code == 200
            assert "one" in page.text.lower()
            assert browser.get(f"{app.url}/").status_code == 200


def test_provider_moved_sign_ins_of_another_server_are_refused(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    database, first = sqlite(), conftest.settings(provider)
    with running_app(database, first) as app:
        forget(app, provider, canary)
        walk(Row(id="before", outcome="OK", tenant="one"), app, provider, canary)
        sub = provider.sub
    moved = {**first, "OIDC_ONE_ISSUER": f"{provider.url}/two"}
    with running_app(database, moved) as app:
        forget(app, provider, canary)
        provider.sub = sub
        row = Row(
            id="after", outcome="REJ2", tenant="one", code="provider_moved", reason="provider_moved"
        )
        walk(row, app, provider, canary)


# CF-11


def test_cf_11_scopes(app: RunningApp, browser: Browser) -> None:
    asked = {
        name: query_of(browser.start(name).headers["Location"])["scope"]
        for name in ("github", "google", "facebook", "x", "op", "plain")
    }
    assert asked == {
        "github": "read:user user:email",
        "google": "openid email profile",
        "facebook": "public_profile email",
        "x": "tweet.read users.read users.email",
        "op": "openid email profile",
        "plain": "profile",
    }


@run(max_examples=120, deadline=None, database=None)
@given(
    st.dictionaries(
        st.sampled_from([*PRODUCTION, *NUMBERS, *LISTS, *oidc(), *oauth(), "GITHUB_CLIENT_ID"]),
        st.text(max_size=30).filter(lambda text: "\x00" not in text),
        max_size=5,
    )
)
def test_whatever_is_set_there_is_one_message_or_settings(changes: dict[str, str]) -> None:
    from app.signin.config import ConfigError, Settings

    try:
        found = load(**changes)
    except ConfigError:
        return
    assert isinstance(found, Settings)
