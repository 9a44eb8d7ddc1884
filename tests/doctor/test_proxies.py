"""`flask doctor` asks for the app through its proxies, and compares what they say with settings."""

import http.client
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import Listener, Reply, Seen
from harness.certificates import Authority, authority

FORWARDED = "203.0.113.9"


class Proxy(Listener):
    """A proxy with TLS, which says what the given headers say."""

    port_of_app = 0
    headers: Mapping[str, str] = MappingProxyType({})

    def answer(self, seen: Seen) -> Reply:
        """Pass a request on."""
        connection = http.client.HTTPConnection("localhost", self.port_of_app, timeout=5)
        own = {"X-Doctor": seen.headers.get("x-doctor", ""), "Host": seen.headers["host"]}
        try:
            connection.request("GET", seen.path, headers={**own, **self.headers})
            answer = connection.getresponse()
            return Reply(answer.read(), answer.status)
        except OSError:
            return Reply(b"<html>", 502)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def proxy(ca: Authority) -> Iterator[Proxy]:
    proxy = Proxy(ca.context("proxy"))
    yield proxy
    proxy.close()


@contextmanager
def in_production(database: str, proxy: Proxy, ca: Authority, trusted: str) -> Iterator[list[str]]:
    """Serve the app behind the proxy; yield what doctor says of proxies."""
    settings = {
        "APP_ENV": "production",
        "PUBLIC_URL": proxy.url,
        "SSL_CERT_FILE": str(ca.file),
        "TRUSTED_PROXIES": trusted,
    }
    with running_app(database, settings) as app:
        proxy.port_of_app = int(app.url.rpartition(":")[2])
        done = app.app.test_cli_runner().invoke(args=["doctor"])
        yield [line for line in done.output.splitlines() if line[6:].startswith("proxies")]


HTTPS = {"X-Forwarded-Proto": "https"}
WAYS: dict[str, tuple[str, dict[str, str], str, tuple[str, ...]]] = {
    "right": ("1", HTTPS | {"X-Forwarded-For": FORWARDED}, "ok", ()),
    "two in a row": (
        "2",
        {"X-Forwarded-For": "a, b", "X-Forwarded-Proto": "https,https"},
        "ok",
        (),
    ),
    "not trusted": (
        "0",
        HTTPS | {"X-Forwarded-For": FORWARDED},
        "warn",
        ("rate limit", "set TRUSTED_PROXIES=1"),
    ),
    "one too many": (
        "2",
        HTTPS | {"X-Forwarded-For": FORWARDED},
        "warn",
        ("anybody can write", "set TRUSTED_PROXIES=1"),
    ),
    "no scheme": ("1", {"X-Forwarded-For": FORWARDED}, "warn", ("http", "X-Forwarded-Proto")),
    "another host": (
        "1",
        HTTPS | {"X-Forwarded-For": FORWARDED, "X-Forwarded-Host": "inside:8000"},
        "warn",
        ("inside:8000", "pass Host"),
    ),
}


@pytest.mark.parametrize(("trusted", "headers", "result", "words"), WAYS.values(), ids=WAYS)
def test_what_comes_through(
    trusted: str,
    headers: dict[str, str],
    result: str,
    words: tuple[str, ...],
    sqlite_url: str,
    proxy: Proxy,
    ca: Authority,
) -> None:
    proxy.headers = headers
    with in_production(sqlite_url, proxy, ca, trusted) as lines:
        [line] = lines
    assert line.split()[0] == result
    assert all(word in line for word in words), line


def test_an_app_that_does_not_answer_is_not_checked(
    sqlite_url: str, proxy: Proxy, ca: Authority
) -> None:
    proxy.headers = {}
    settings = {"APP_ENV": "production", "PUBLIC_URL": proxy.url, "SSL_CERT_FILE": str(ca.file)}
    with running_app(sqlite_url, settings) as app:
        proxy.port_of_app = 1
        output = app.app.test_cli_runner().invoke(args=["doctor"]).output
    assert "-     proxies: not checked, " in output


def test_only_who_has_the_key_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.signin.auth import arrival

    with running_app(sqlite_url) as app, app.app.app_context():
        good, in_a_while = arrival.ticket(), time.time() + 61
        at, _, signature = good.partition(".")
        wrong = ["", "x", good[:-1], f"{at}.", f"{int(at) + 1}.{signature}", f"{at}.\u00fc"]
        assert asked(app, good) == 200
        assert [asked(app, one) for one in wrong] == [404] * len(wrong)
        monkeypatch.setattr(arrival.time, "time", lambda: in_a_while)
        assert asked(app, good) == 404


def asked(app: RunningApp, ticket: str) -> int:
    connection = http.client.HTTPConnection(app.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/login/doctor/arrival", headers={"X-Doctor": ticket})
    status = connection.getresponse().status
    connection.close()
    return status
