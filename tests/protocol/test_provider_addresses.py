"""Where a provider may be: another address of its metadata, plain http, this machine."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import METADATA, BadProvider, Listener, Reply
from harness.browser import Browser
from harness.walk import Row, events, forget, sign_in, walk

from .test_outbound import op_settings
from .test_settings import load, oidc, problems, refused

CONTAINER = "keycloak"
DEVELOPMENT = {"APP_ENV": "development"}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the container's name lead to this machine, as Compose would."""
    resolve = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        return resolve("127.0.0.1" if host == CONTAINER else host, *args, **kwargs)

    monkeypatch.setattr("socket.getaddrinfo", look_up)


@contextmanager
def app_with(database: str, provider: BadProvider, **settings: str) -> Iterator[RunningApp]:
    with running_app(database, op_settings(provider.url, **settings)) as app:
        forget(app, provider)
        yield app


def in_container(provider: BadProvider) -> str:
    return f"http://{CONTAINER}:{provider.port}"


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize("inside", [[], ["token"], ["token", "jwks", "userinfo", "authorize"]])
def test_one_issuer_two_addresses(
    inside: list[str], sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    """Keycloak in Compose: the issuer is the browser's, the metadata the container's."""
    back = {"OIDC_OP_METADATA_URL": f"{in_container(provider)}/op{METADATA}"}
    names = {"jwks": "jwks_uri", "authorize": "authorization_endpoint"}
    with app_with(sqlite(), provider, ALLOW_HTTP_HOSTS=CONTAINER, **back) as app:
        provider.metadata = {
            names.get(path, f"{path}_endpoint"): f"{in_container(provider)}/op/{path}"
            for path in inside
        }
        walk(Row(id="two addresses", outcome="OK"), app, provider, canary)
        hosts = {seen.stage: seen.headers["host"].partition(":")[0] for seen in provider.seen}
        expected = dict.fromkeys(("metadata", *inside), CONTAINER)
        assert {stage: host for stage, host in hosts.items() if host == CONTAINER} == expected


@pytest.mark.usefixtures("names")
def test_metadata_at_another_address_still_names_the_issuer(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    back = {"OIDC_OP_METADATA_URL": f"{provider.url}/two{METADATA}"}
    with app_with(sqlite(), provider, **back) as app:
        row = Row(id="of another", outcome="REJ0", reason="issuer_mismatch")
        walk(row, app, provider, canary)


def test_two_issuers_at_one_metadata_url_are_checked_each(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    """What was kept for one provider is not taken for another."""
    shared = f"{provider.url}/op{METADATA}"
    settings = op_settings(provider.url, OIDC_OP_METADATA_URL=shared)
    settings |= {name.replace("_OP_", "_TWO_"): value for name, value in settings.items()}
    settings["OIDC_TWO_ISSUER"] = f"{provider.url}/two"
    with running_app(sqlite(), settings) as app:
        forget(app, provider)
        sign_in(app, provider, "op", Browser(app.url))
        row = Row(id="two", outcome="REJ0", tenant="two", reason="issuer_mismatch")
        walk(row, app, provider, canary)


def test_keys_at_the_address_of_the_metadata(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """The metadata is not taken for keys."""

    def here(honest: Any) -> Any:
        return {**honest, "jwks_uri": honest["issuer"] + METADATA}

    row = Row(id="same URL", outcome="REJ1", stage="metadata", change=here, reason="bad_key_set")
    walk(row, app, provider, canary)
    token = "e30.e30.e30"
    answer = Browser(app.url).post(f"{app.url}/backchannel-logout/op", data={"logout_token": token})
    assert answer.status_code == 400


@pytest.mark.usefixtures("names")
def test_plain_http_to_a_named_host(
    sqlite: Callable[[], str], provider: BadProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The issuer itself is in a container; the sign-in page lets its form lead there."""
    monkeypatch.setattr(provider, "url", in_container(provider))
    with app_with(sqlite(), provider, ALLOW_HTTP_HOSTS=f"other, {CONTAINER.upper()}") as app:
        browser = sign_in(app, provider, "op", Browser(app.url))
        policy = browser.get(f"{app.url}/login/op").headers["Content-Security-Policy"]
        (forms,) = [part for part in policy.split(";") if "form-action" in part]
        assert {"http://keycloak:*", "http://other:*", "http://localhost:*"} <= set(forms.split())


HTTPS = "https://issuer.example"


@pytest.mark.parametrize(
    ("issuer", "url", "reason"),
    [
        (HTTPS, "http://localhost:8080/x", "is not an https URL"),
        (HTTPS, "http://127.0.0.1/x", "is not an https URL"),
        (HTTPS, "http://[::1]/x", "is not an https URL"),
        ("https://localhost:8443", "http://localhost:8080/x", "is not an https URL"),
        (HTTPS, "https://localhost:8443/x", "is on this machine"),
        (HTTPS, "https://127.8.8.8/x", "is on this machine"),
        (HTTPS, "https://[::1]:8443/x", "is on this machine"),
        (HTTPS, "https://[::ffff:127.0.0.1]/x", "is on this machine"),
        (HTTPS, "https://[64:ff9b::7f00:1]/x", "is on this machine"),
        (HTTPS, "https://[::ffff:0:7f00:1]/x", "is on this machine"),
        (HTTPS, "https://[::127.0.0.1]/x", "is on this machine"),
        (HTTPS, "https://localhost4/x", "is on this machine"),
        (HTTPS, "https://localhost6.localdomain6/x", "is on this machine"),
        (HTTPS, "https://loopback/x", "is on this machine"),
        (HTTPS, "https://LOCALHOST/x", "is on this machine"),
        (HTTPS, "https://localhost./x", "is on this machine"),
        (HTTPS, "https://kc.localhost/x", "is on this machine"),
        (HTTPS, "https://localhost.localdomain/x", "is on this machine"),
        (HTTPS, "https://169.254.169.254/x", "names an address that no provider has"),
        ("https://10.0.0.1", "https://169.254.169.254/x", "names an address that no provider has"),
        ("http://localhost", "https://169.254.169.254/x", "names an address that no provider has"),
        (HTTPS, "https://idp.corp.example/x", ""),
        (HTTPS, "https://10.1.2.3:8443/x", ""),
        ("https://10.0.0.1", "https://[fd12::1]/x", ""),
        ("https://10.0.0.1", "https://intranet/x", ""),
        ("https://localhost:8443", "https://127.0.0.1:8443/x", ""),
        ("http://localhost:8080", "http://127.0.0.1:8080/x", ""),
        (HTTPS, "http://container:8080/x", ""),
        ("http://container:8080", "http://localhost:8080/x", ""),
    ],
)
def test_where_an_issuer_may_lead(issuer: str, url: str, reason: str) -> None:
    """In development, where plain http to this machine is allowed."""
    from app.signin.oauth.discovery import endpoint_problem
    from app.signin.oauth.provider import Provider

    provider = Provider(name="op", label="Op", issuer=issuer)
    problem = endpoint_problem(provider, url, True, frozenset({"container"}))
    assert problem.startswith(reason)
    assert bool(problem) == bool(reason)


def test_a_named_loopback_host_may_be_plain_below_an_https_issuer() -> None:
    from app.signin.oauth.discovery import endpoint_problem
    from app.signin.oauth.provider import Provider

    provider = Provider(name="op", label="Op", issuer=HTTPS)
    assert endpoint_problem(provider, "http://localhost/x", True, frozenset({"localhost"})) == ""


@pytest.mark.parametrize("host", ["keycloak", "host.docker.internal", "kc.localhost", "10.0.0.7"])
def test_an_http_issuer_in_development(host: str) -> None:
    settings = oidc(ISSUER=f"http://{host}:8080/realms/staff")
    (told,) = problems(**settings, **DEVELOPMENT)
    assert told.startswith("OIDC_OP_ISSUER")
    assert "ALLOW_HTTP_HOSTS" in told
    assert load(**settings, **DEVELOPMENT, ALLOW_HTTP_HOSTS=host).clients
    (told,) = problems(**settings)
    assert "ALLOW_HTTP_HOSTS" not in told


def test_http_hosts_are_for_development() -> None:
    refused("ALLOW_HTTP_HOSTS", ALLOW_HTTP_HOSTS="keycloak")


@pytest.mark.parametrize(
    "hosts", ["keycloak:8080", "http://keycloak", "*", "a b", "keycloak/x", "kc;x"]
)
def test_http_hosts_that_are_none(hosts: str) -> None:
    refused("ALLOW_HTTP_HOSTS", ALLOW_HTTP_HOSTS=hosts, **DEVELOPMENT)


@pytest.mark.parametrize("url", ["keycloak:8080/x", "http://keycloak/x", "ftp://x", "https://"])
def test_a_metadata_url_that_is_none(url: str) -> None:
    refused("OIDC_OP_METADATA_URL", **oidc(METADATA_URL=url))


@pytest.mark.parametrize("status", [301, 302, 307])
@pytest.mark.parametrize("stage", ["metadata", "token", "jwks", "userinfo"])
def test_a_redirect_is_told_and_not_followed(
    stage: str, status: int, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    target = "https://user:pw@moved.example/index.php/" + "x" * 500 + "?code=secret#f\x1b"
    provider.fault(stage, lambda _: Reply(b"", status, [("Location", target)]))
    answer = browser.start("op")
    if stage != "metadata":
        answer = browser.get(browser.to_callback(answer), allow_redirects=False)
    assert "/login/error/provider_error" in answer.headers["Location"] or stage == "userinfo"
    told = [event["detail"] for event in events(app) if event["event"] == "refused"]
    told += [record.getMessage() for record in app.log if record.name.startswith("app.signin")]
    (detail,) = [text for text in told if "moved.example" in text]
    assert str(status) in detail
    assert "moved.example/index.php/" in detail
    assert "secret" not in detail
    assert "pw" not in detail
    assert len(detail) < 400


# Each says in its way when an hour will be over.
LIMITS: dict[str, tuple[int, str, Callable[[int], str]]] = {
    "in seconds": (429, "Retry-After", lambda _: "3600"),
    "as a date": (503, "Retry-After", lambda end: formatdate(end, usegmt=True)),
    "X": (429, "x-rate-limit-reset", str),
    "GitHub": (403, "X-RateLimit-Reset", str),
    "a draft": (429, "RateLimit-Reset", lambda _: "3600"),
}


# The token endpoint's own error is in its body, with status 400.
PAIRS = [
    (stage, kind)
    for stage in ("metadata", "token", "userinfo")
    for kind in LIMITS
    if (stage, kind) != ("token", "GitHub")
]


@pytest.mark.parametrize(("stage", "kind"), PAIRS)
def test_the_end_of_a_rate_limit_is_told(
    stage: str, kind: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    status, name, written = LIMITS[kind]
    end = int(time.time()) + 3600
    headers = [(name, written(end)), ("X-RateLimit-Remaining", "0")]
    provider.fault(stage, lambda _: Reply({}, status, headers))
    answer = browser.start("x" if stage == "userinfo" else "op")
    if stage != "metadata":
        answer = browser.get(browser.to_callback(answer), allow_redirects=False)
    assert "/login/error/provider_unavailable" in answer.headers["Location"]
    assert "minute" not in browser.hop(answer).text
    (event,) = events(app)
    ends = datetime.fromtimestamp(end, UTC)
    times = [f"{ends + timedelta(minutes=late):%Y-%m-%d %H:%M} UTC" for late in (0, 1)]
    assert any(text in event["detail"] for text in times), event["detail"]


@pytest.mark.parametrize("value", ["", "soon", "-5", "9" * 30, "1e9", "Mon, 99 Foo 9999 99:99:99"])
def test_a_limit_without_a_usable_end(
    value: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    def change(_: Any) -> Any:
        return Reply({}, 429, [("Retry-After", value)])

    unavailable = "provider_unavailable"
    row = Row(id="x", outcome="SOFT", stage="token", change=change, code=unavailable,
              reason=unavailable)  # fmt: skip
    walk(row, app, provider, canary)


@pytest.mark.parametrize("end", ["/.well-known/openid-configuration", "/.well-known/x"])
def test_an_issuer_that_is_the_address_of_its_metadata(end: str) -> None:
    refused("OIDC_OP_ISSUER", **oidc(ISSUER=f"https://issuer.example{end}"))
