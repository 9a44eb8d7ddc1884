"""What leaves this machine: where to, how long, how much (TK-01, TK-02, TK-20, SS, JW-12)."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, BadProvider, Listener, Reply, b64
from harness.browser import Browser
from harness.certificates import Authority, authority
from harness.ports import free_port
from harness.raw import drip, drips, flood, silence
from harness.walk import Row, events, forget, query_of, sign_in, walk, with_query
from urllib3.util import connection

from .test_settings import load, refused

READ, TOTAL = 0.8, 1.6
LATER = {"outcome": "SOFT", "code": "provider_unavailable", "reason": "provider_unavailable"}
EVERY = 0.2


@pytest.fixture
def impatient(served: RunningApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the limits short: that they hold is the point, not how long they are."""
    from app.signin.oauth.transport import deadline

    monkeypatch.setattr("app.signin.oauth.transport.deadline.CONNECT_SECONDS", READ)
    monkeypatch.setattr("app.signin.oauth.transport.http.CONNECT_SECONDS", READ)
    monkeypatch.setattr(served.app.extensions["signin"].flow.http, "_read_seconds", READ)
    monkeypatch.setattr("app.signin.oauth.flow.time_limit", lambda *_: deadline.time_limit(TOTAL))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", drips(EVERY))
def test_tk_02_the_token_endpoint_drips(
    kind: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = Row(id=kind, stage="token", change=drips(EVERY)[kind], **LATER)
    went = walk(row, app, provider, canary)
    assert went.seconds < TOTAL + 1.5


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("stage", ["metadata", "jwks", "userinfo"])
@pytest.mark.parametrize("kind", ["silence", "header lines", "bytes of the body"])
def test_tk_02_other_endpoints_drip(
    kind: str, stage: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    # The ID Token has said who it is: what userinfo fails to say costs no more than its claims.
    end = {"outcome": "OK"} if stage == "userinfo" else LATER
    row = Row(id=kind, stage=stage, change=drips(EVERY)[kind], **end)
    went = walk(row, app, provider, canary)
    assert went.seconds < 2 * TOTAL + 1.5


@pytest.mark.usefixtures("impatient")
def test_tk_02_each_answer_late_but_in_time_is_too_late_together(
    app: RunningApp, provider: BadProvider, canary: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.signin.oauth.transport import deadline

    limit = READ * 1.5
    monkeypatch.setattr("app.signin.oauth.flow.time_limit", lambda *_: deadline.time_limit(limit))

    def late(honest: Any) -> Any:
        time.sleep(READ * 0.8)
        return honest

    for stage in ("token", "jwks"):
        provider.fault(stage, late)
    went = walk(Row(id="late", **LATER), app, provider, canary)
    assert went.seconds < TOTAL + 1.5


@pytest.mark.usefixtures("impatient")
def test_ui_03_github_s_list_of_addresses_drips(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    change = drips(EVERY)["bytes of the body"]
    row = Row(id="emails", tenant="github", stage="emails", change=change, **LATER)
    went = walk(row, app, provider, canary)
    assert went.seconds < TOTAL + 1.5


def test_tk_02_in_real_time_within_fifteen_seconds(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    dripping = drip(b"HTTP/1.1 200 OK\r\n", b"X-Slow: 1\r\n", 2)
    went = walk(Row(id="drip", stage="token", change=dripping, **LATER), app, provider, canary)
    assert 10 < went.seconds < 15
    # That of the login, and that of the next one, once the provider is well.
    assert provider.count("token") == 2


def test_tk_02_silence_in_real_time(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = Row(id="silence", stage="token", change=silence(), **LATER)
    went = walk(row, app, provider, canary)
    assert 4 < went.seconds < 7


HALVES = {
    "nothing": b"",
    "half a status line": b"HTTP/1.1 20",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "HTTP/0.9": b"{}",
    "a status that is none": b"HTTP/1.1 abc OK\r\n\r\n",
    "status 999": b"HTTP/1.1 999 No\r\nContent-Length: 2\r\n\r\n{}",
    "half of the body": b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{",
    "half of a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
    "a chunk's length that is none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a negative chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    "gzip that is none": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n{}",
    "200 headers": b"HTTP/1.1 200 OK\r\n" + b"X-Y: 1\r\n" * 200 + b"\r\n{}",
    "a header of 1 MB": b"HTTP/1.1 200 OK\r\nX-Y: " + b"y" * 1_000_000 + b"\r\n\r\n{}",
    "a status line of 1 MB": b"HTTP/1.1 200 " + b"y" * 1_000_000 + b"\r\n\r\n{}",
    "NUL": b"\x00" * 100,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", HALVES)
def test_tk_03_an_answer_that_breaks_off(
    kind: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    def change(_: Any) -> Any:
        return Reply(raw=lambda connection: connection.sendall(HALVES[kind]))

    walk(Row(id=kind, stage="token", change=change, **LATER), app, provider, canary)
    assert provider.count("token") == 2


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3,
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br, gzip, zstd, no-such\r\n\r\n[]",
    ],
)
def test_tk_03_headers_that_are_not_right(
    head: bytes, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    provider.fault("token", lambda _: Reply(raw=lambda connection: connection.sendall(head)))
    callback = browser.to_callback(browser.start("op"))
    answer = browser.get(callback, allow_redirects=False)
    assert "/login/error/provider_" in answer.headers["Location"]
    assert browser.sub() is None


# Size

BIG = {
    "50 MB": (flood(50_000_000), "too_large"),
    "50 MB without a length": (flood(50_000_000, declared=False), "too_large"),
    "300 MB in gzip": (flood(300_000_000, gzip=True), "too_large"),
}


@pytest.mark.parametrize("kind", BIG)
@pytest.mark.parametrize("stage", ["token", "userinfo"])
def test_jw_12_memory_stays_flat(
    kind: str, stage: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    change, reason = BIG[kind]
    outcome = {"token": "REJ1", "userinfo": "OK"}[stage]
    row = Row(id=kind, outcome=outcome, stage=stage, change=change, reason=reason)
    walk(Row(id="warm", outcome="OK"), app, provider, canary)
    before = most_memory(reset=True)
    walk(row, app, provider, canary)
    assert most_memory() - before < 50 * 1024


def most_memory(*, reset: bool = False) -> int:
    """Return the most memory that this process had, in KiB, since the last reset."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


# Where to


def test_ss_06_cookies_of_providers_are_not_kept(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    cookies = [("Set-Cookie", f"c{n}=secret-of-another; Path=/; Max-Age=9999") for n in range(60)]
    for stage in ("metadata", "token", "jwks", "userinfo"):
        provider.fault(stage, lambda honest: Reply(honest, 200, cookies))
    for _ in range(2):
        walk(Row(id="cookies", outcome="OK"), app, provider, canary)
        back = [seen for seen in provider.seen if seen.stage != "authorize"]
        assert not [seen for seen in back if "cookie" in seen.headers]
    session = app.app.extensions["signin"].flow.http._session
    assert len(session.cookies) == 0


def test_tk_20_netrc_and_proxy_variables_are_not_read(
    app: RunningApp,
    provider: BadProvider,
    canary: Listener,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login evil password evil\ndefault login e password e\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, canary.url)
        monkeypatch.setenv(name.lower(), canary.url)
    for tenant in ("op", "x", "github"):
        provider.reset()
        walk(Row(id=tenant, outcome="OK", tenant=tenant), app, provider, canary)
        for seen in provider.seen:
            assert "proxy-authorization" not in seen.headers


def test_ss_03_only_the_provider_s_own_hosts_are_called(
    app: RunningApp, provider: BadProvider, canary: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        called.append(address)
        connect(self, address)

    monkeypatch.setattr("socket.socket.connect", noted)
    provider.profile["picture"] = f"https://127.0.0.1:{canary.port}/p.png"
    provider.fault("userinfo", lambda p: {**p, "profile": canary.url, "website": canary.url})
    walk(Row(id="hosts", outcome="OK"), app, provider, canary)
    allowed = {provider.port, int(app.url.rpartition(":")[2])}
    assert {address[1] for address in called if isinstance(address, tuple)} <= allowed


@pytest.mark.parametrize("name", ["tenant", "host", "issuer", "domain", "base_url", "api_url"])
def test_ss_05_the_request_does_not_say_where_to_go(
    name: str, app: RunningApp, provider: BadProvider, canary: Listener, browser: Browser
) -> None:
    target = f"{canary.url}/evil"
    answer = browser.start("op", **{name: target})
    assert answer.headers["Location"].startswith(f"{provider.url}/op/authorize")
    callback = with_query(browser.to_callback(answer), **{name: target})
    browser.get(callback, headers={"Host": f"localhost:{canary.port}"}, allow_redirects=False)
    assert canary.seen == []
    assert target not in query_of(answer.headers["Location"]).values()


# TLS


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("certificates"))


def op_settings(url: str, **more: str) -> dict[str, str]:
    return {
        "OIDC_OP_ISSUER": f"{url}/op",
        "OIDC_OP_CLIENT_ID": CLIENT_ID,
        "OIDC_OP_CLIENT_SECRET": CLIENT_SECRET,
        **more,
    }


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_tk_01_a_provider_of_one_s_own_authority_is_trusted_where_the_owner_says_so(
    variable: str, ca: Authority, sqlite: Callable[[], str], canary: Listener
) -> None:
    secure = BadProvider(ca.context("good"))
    settings = op_settings(secure.url, **{variable: str(ca.file)})
    try:
        with running_app(sqlite(), settings) as app, Browser(app.url) as browser:
            forget(app, secure, canary)
            browser.verify = str(ca.file)
            walk(Row(id="TLS", outcome="OK"), app, secure, canary, browser)
    finally:
        secure.close()


BAD_CERTIFICATES: dict[str, dict[str, Any]] = {
    "authority unknown": {"trusted": False},
    "self-signed": {"own": True},
    "expired": {"days": -1},
    "another host": {"hosts": ("provider.example",)},
    "another address": {"hosts": ("127.0.0.2",)},
    "no host": {"hosts": ()},
}


@pytest.mark.parametrize("kind", BAD_CERTIFICATES)
def test_tk_01_a_bad_certificate(
    kind: str, ca: Authority, sqlite: Callable[[], str], provider: BadProvider
) -> None:
    """At the token endpoint: the login has begun, and the code goes nowhere."""
    provider.reset()
    options = dict(BAD_CERTIFICATES[kind])
    trusted = options.pop("trusted", True)
    listener = Listener(ca.context(kind.replace(" ", "-"), **options))
    settings = plain_settings(provider.url, f"{listener.url}/token")
    settings |= {"SSL_CERT_FILE": str(ca.file)} if trusted else {}
    with (
        running_app(sqlite(), settings) as app,
        Browser(app.url) as browser,
        closing(listener),
    ):
        callback = browser.to_callback(browser.start("dead"))
        app.log.clear()
        answer = browser.get(callback, allow_redirects=False)
        assert "/login/error/provider_unavailable" in answer.headers["Location"]
        assert [event["reason"] for event in events(app)] == ["tls"]
        assert browser.hop(answer).status_code == 503
        assert browser.sub() is None
        assert listener.seen == []


def test_tk_01_plain_http_where_https_is_due(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    provider.reset()
    canary.seen.clear()
    settings = plain_settings(provider.url, f"https://127.0.0.1:{canary.port}/token")
    with running_app(sqlite(), settings) as app, Browser(app.url) as browser:
        answer = browser.get(browser.to_callback(browser.start("dead")), allow_redirects=False)
        assert "/login/error/provider_unavailable" in answer.headers["Location"]
    assert canary.seen == []


def plain_settings(url: str, token_endpoint: str) -> dict[str, str]:
    return {
        "OAUTH_DEAD_AUTHORIZATION_ENDPOINT": f"{url}/plain/authorize",
        "OAUTH_DEAD_TOKEN_ENDPOINT": token_endpoint,
        "OAUTH_DEAD_USERINFO_ENDPOINT": f"{url}/plain/userinfo",
        "OAUTH_DEAD_CLIENT_ID": CLIENT_ID,
        "OAUTH_DEAD_CLIENT_SECRET": CLIENT_SECRET,
    }


@contextmanager
def closing(listener: Listener) -> Iterator[None]:
    yield
    listener.close()


@contextmanager
def full() -> Iterator[int]:
    """Yield a port where connecting never ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(server.getsockname())
            waiting.append(client)
        yield server.getsockname()[1]
        for client in waiting:
            client.close()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", ["refused", "no such name", "never connects", "TLS never begins"])
def test_tk_01_no_connection(
    kind: str,
    sqlite: Callable[[], str],
    provider: BadProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider.reset()
    resolve = socket.getaddrinfo

    def no_dead_name(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "dead.example":
            raise socket.gaierror(-2, "Name or service not known")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr("socket.getaddrinfo", no_dead_name)
    with full() as port, socket.create_server(("127.0.0.1", 0)) as mute:
        url = {
            "refused": f"http://127.0.0.1:{free_port()}/token",
            "no such name": "https://dead.example/token",
            "never connects": f"http://127.0.0.1:{port}/token",
            "TLS never begins": f"https://127.0.0.1:{mute.getsockname()[1]}/token",
        }[kind]
        settings = plain_settings(provider.url, url)
        with running_app(sqlite(), settings) as app, Browser(app.url) as browser:
            callback = browser.to_callback(browser.start("dead"))
            app.log.clear()
            began = time.monotonic()
            answer = browser.get(callback, allow_redirects=False)
            assert time.monotonic() - began < 3
            assert "/login/error/provider_unavailable" in answer.headers["Location"]
            assert [event["event"] for event in events(app)] == ["refused"]
            assert browser.hop(answer).status_code == 503


def test_ss_03_the_proxy_of_the_settings_is_used_for_others_not_for_this_machine(
    sqlite: Callable[[], str], provider: BadProvider
) -> None:
    provider.reset()
    proxy = Listener()
    settings = plain_settings(provider.url, "https://provider.example/token")
    settings |= op_settings(provider.url) | {"OUTBOUND_PROXY": proxy.url}
    with running_app(sqlite(), settings) as app, Browser(app.url) as browser, closing(proxy):
        answer = browser.get(browser.to_callback(browser.start("dead")), allow_redirects=False)
        assert "/login/error/provider_unavailable" in answer.headers["Location"]
        assert [(s.method, s.path) for s in proxy.seen] == [("CONNECT", "provider.example:443")]
        assert "authorization" not in proxy.seen[0].headers
        sign_in(app, provider, "op", browser)
        assert len(proxy.seen) == 1


def test_connections_are_used_again(
    app: RunningApp, provider: BadProvider, canary: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(Row(id="warm", outcome="OK"), app, provider, canary)
    made = []
    create = connection.create_connection

    def noted(address: Any, *args: Any, **kwargs: Any) -> Any:
        made.append(address[1])
        return create(address, *args, **kwargs)

    with Browser(app.url) as browser:
        callback = browser.to_callback(browser.start("op"))
        provider.seen.clear()
        monkeypatch.setattr("urllib3.util.connection.create_connection", noted)
        browser.get(callback, allow_redirects=False)
    assert [seen.stage for seen in provider.seen] == ["token", "userinfo"]
    assert provider.port not in made


PROXY = "http://proxy.example:3128"
DIRECT = {
    "id.corp.example": ("https://id.corp.example/x", "https://ID.corp.example:8443/x"),
    "ID.Corp.Example": ("https://id.corp.example./x",),
    ".corp.example": ("https://id.corp.example/x", "https://a.b.corp.example/x"),
    "*.corp.example": ("https://id.corp.example/x",),
    "id.corp.example:8443": ("https://id.corp.example:8443/x",),
    "id.corp.example:443": ("https://id.corp.example/x",),
    ".corp.example:443": ("https://id.corp.example/x",),
    "10.1.2.3": ("https://10.1.2.3/x", "https://[::ffff:10.1.2.3]/x"),
    "10.1.2.3:8443": ("https://10.1.2.3:8443/x",),
    "10.0.0.0/8": ("https://10.1.2.3/x",),
    "10.1.2.3/8": ("https://10.9.9.9/x",),
    "10.0.0.0/8:8443": ("https://10.1.2.3:8443/x",),
    "fd00::/8": ("https://[fd12::1]/x",),
    "fd12::1": ("https://[fd12::1]/x",),
    "[fd12::1]:8443": ("https://[fd12:0::1]:8443/x",),
    "other.example, id.corp.example": ("https://id.corp.example/x",),
    "": ("http://localhost/x", "http://127.9.9.9/x", "https://[::1]/x"),
}
PROXIED = {
    "id.corp.example": ("https://xid.corp.example/x", "https://a.id.corp.example/x"),
    ".corp.example": ("https://corp.example/x", "https://evilcorp.example/x", "https://10.0.0.1/x"),
    "id.corp.example:8443": ("https://id.corp.example/x",),
    "10.0.0.0/8": ("https://11.0.0.1/x", "https://10.example/x", "https://[fd12::1]/x"),
    "10.1.2.3:8443": ("https://10.1.2.3/x",),
    "fd00::/8": ("https://[2001:db8::1]/x", "https://10.0.0.1/x"),
    "": ("https://id.example/x", "https://localhost.example/x"),
}


def is_direct(entries: str, url: str) -> bool:
    from app.signin.oauth.transport import proxy

    settings = load(OUTBOUND_NO_PROXY=entries, OUTBOUND_PROXY=PROXY)
    return proxy.is_direct(url, settings.outbound_no_proxy)


@pytest.mark.parametrize("entries", DIRECT)
def test_hosts_that_the_proxy_is_not_for(entries: str) -> None:
    assert [url for url in DIRECT[entries] if not is_direct(entries, url)] == []


@pytest.mark.parametrize("entries", PROXIED)
def test_all_others_go_through_the_proxy(entries: str) -> None:
    assert [url for url in PROXIED[entries] if is_direct(entries, url)] == []


@pytest.mark.parametrize(
    "entries",
    [
        *("*", ".", "a b", "a..b", "id.*.example", "id.example/x", "https://id.example"),
        *("id.example:", "id.example:x", "id.example:99999", "10.0.0.0/99", "10.0.0.0/8:x"),
    ],
)
def test_entries_that_are_no_hosts(entries: str) -> None:
    refused("OUTBOUND_NO_PROXY", OUTBOUND_NO_PROXY=f"good.example,{entries}")


def test_the_proxy_is_gone_round(
    sqlite: Callable[[], str], provider: BadProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole login at a host inside, beside a provider outside that is called by the proxy."""
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda host, *a, **k: resolve("127.0.0.1" if host == "id.inside" else host, *a, **k),
    )
    provider.reset()
    proxy = Listener()
    monkeypatch.setattr(provider, "url", f"http://id.inside:{provider.port}")
    settings = op_settings(provider.url, ALLOW_HTTP_HOSTS="id.inside")
    settings |= plain_settings(provider.url, "https://provider.example/token")
    settings |= {"OUTBOUND_PROXY": proxy.url, "OUTBOUND_NO_PROXY": ".inside"}
    with running_app(sqlite(), settings) as app, Browser(app.url) as browser, closing(proxy):
        sign_in(app, provider, "op", browser)
        assert proxy.seen == []
        browser.get(browser.to_callback(browser.start("dead")), allow_redirects=False)
        assert [seen.method for seen in proxy.seen] == ["CONNECT"]


@pytest.mark.parametrize("value", ["0", "11", "2.5", "-1", "x"])
def test_a_time_limit_that_is_none(value: str) -> None:
    refused("PROVIDER_TIMEOUT_SECONDS", PROVIDER_TIMEOUT_SECONDS=value)


@pytest.mark.parametrize("stage", ["token", "userinfo"])
@pytest.mark.parametrize(("seconds", "works"), [("1", False), ("6", True)])
def test_the_read_limit_is_a_setting(
    seconds: str, works: bool, stage: str, sqlite: Callable[[], str], provider: BadProvider
) -> None:
    def late(honest: Any) -> Any:
        time.sleep(3)
        return honest

    provider.reset()
    settings = op_settings(provider.url, PROVIDER_TIMEOUT_SECONDS=seconds)
    with running_app(sqlite(), settings) as app, Browser(app.url) as browser:
        callback = browser.to_callback(browser.start("op"))
        provider.fault(stage, late)
        began = time.monotonic()
        browser.get(callback, allow_redirects=False)
        assert (time.monotonic() - began > 2.9) == works


def test_a_name_whose_lookup_hangs_ends_in_time(
    sqlite: Callable[[], str], provider: BadProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, resolve = threading.Event(), socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "dead.example":
            hanging.wait(30)
        return resolve("127.0.0.1" if host == "dead.example" else host, *args, **kwargs)

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    provider.reset()
    settings = plain_settings(provider.url, "https://dead.example/token")
    with running_app(sqlite(), settings) as app, Browser(app.url) as browser:
        callback = browser.to_callback(browser.start("dead"))
        began = time.monotonic()
        answer = browser.get(callback, allow_redirects=False)
        assert time.monotonic() - began < 5
        assert "/login/error/provider_unavailable" in answer.headers["Location"]
    hanging.set()


def test_no_request_may_wait_longer_than_15_seconds_in_total(
    app: RunningApp, provider: BadProvider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request's budgets, together, with nothing in the cache."""
    from app.signin.oauth import flow
    from app.signin.oauth.transport import deadline

    budgets: list[float] = []

    def noted(seconds: float = deadline.TOTAL_SECONDS) -> Any:
        # One inside another has no more than what that has left.
        if deadline._deadline.get() is None:
            budgets.append(seconds)
        return deadline.time_limit(seconds)

    def spent() -> float:
        app.app.extensions["signin"].flow.documents._cache.clear()
        total = sum(budgets)
        budgets.clear()
        return total

    monkeypatch.setattr(flow, "time_limit", noted)
    answer = browser.start("op")
    assert 0 < spent() <= 15
    browser.get(browser.to_callback(answer), allow_redirects=False)
    assert 0 < spent() <= 15
    browser.post(f"{app.url}/logout", data={"csrf_token": browser.csrf_token("/")})
    assert 0 < spent() <= 15
    claims = {"iss": f"{provider.url}/op", "aud": CLIENT_ID}
    parts = (b64(json.dumps(part).encode()) for part in ({"alg": "RS256"}, claims, {}))
    browser.post(f"{app.url}/backchannel-logout/op", data={"logout_token": ".".join(parts)})
    assert 0 < spent() <= 15


def test_a_time_limit_inside_another_does_not_end_later() -> None:
    from app.signin.oauth.transport.deadline import seconds_left, time_limit

    with time_limit(2), time_limit(12):
        assert seconds_left(60) <= 2
    with time_limit(12):
        with time_limit(2):
            assert seconds_left(60) <= 2
        assert 2 < seconds_left(60) <= 12
