"""The app behind nginx, HAProxy and Caddy: sign-in, WebSocket, slow clients, logs."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, BadProvider
from harness.browser import Browser
from harness.certificates import Authority, authority
from harness.databases import sqlite_copy
from harness.ports import free_port
from harness.production import Served, gunicorn

from .proxies import Proxy, proxy

NAMES = ("nginx", "haproxy", "caddy")
# More than gunicorn has threads.
MANY = 70


@dataclass
class Site:
    """The app, the proxy in front of it, and the provider."""

    app: Served
    proxy: Proxy
    provider: BadProvider
    trusted: Authority

    @property
    def url(self) -> str:
        return f"https://localhost:{self.proxy.port}"

    def browser(self) -> Browser:
        made = Browser(self.url)
        made.verify = str(self.trusted.file)
        return made

    def sign_in(self, browser: Browser) -> None:
        callback = browser.to_callback(browser.start("op"))
        assert browser.get(callback).status_code == 200

    def raw(self, path: str) -> int:
        """Ask for a path as it is written; return the status."""
        request = f"GET {path} HTTP/1.1\r\nHost: localhost:{self.proxy.port}\r\n\r\n"
        with self.connection() as connection:
            connection.sendall(request.encode())
            return int(connection.recv(4096).split()[1])

    def connection(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.trusted.file))
        plain = socket.create_connection(("127.0.0.1", self.proxy.port), 20)
        return context.wrap_socket(plain, server_hostname="localhost")


@pytest.fixture(scope="module", params=NAMES)
def site(request, migrated_sqlite: Path, tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(request.param)
    trusted = authority(folder)
    trusted.context("localhost", hosts=("localhost",))
    provider = BadProvider()
    port = free_port()
    settings = {
        "PUBLIC_URL": f"https://localhost:{port}",
        "OIDC_OP_ISSUER": provider.issuer("op"),
        "OIDC_OP_CLIENT_ID": CLIENT_ID,
        "OIDC_OP_CLIENT_SECRET": CLIENT_SECRET,
    }
    with ExitStack() as stack:
        stack.callback(provider.close)
        app = stack.enter_context(gunicorn(folder, sqlite_copy(migrated_sqlite, folder), settings))
        behind = int(app.url.rpartition(":")[2])
        place, pem = folder / "proxy", folder / "localhost.pem"
        made = stack.enter_context(proxy(request.param, place, port, behind, pem))
        yield Site(app, made, provider, trusted)


def test_a_sign_in(site: Site):
    browser = site.browser()
    site.sign_in(browser)
    assert browser.sub()
    cookies = {cookie.name: cookie.secure for cookie in browser.cookies}
    assert cookies
    assert all(cookies.values())


def test_a_forwarded_address_of_a_stranger_does_not_count(site: Site):
    browser = site.browser()
    browser.headers["X-Forwarded-For"] = "198.51.100.7"
    browser.headers["X-Forwarded-Host"] = "evil.example"
    site.sign_in(browser)
    page = browser.get(f"{site.url}/account/activity").text
    assert "127.0.0.1" in page
    assert "198.51.100.7" not in page


def test_a_host_without_its_port(site: Site):
    """Some browsers and proxies leave it out: links follow PUBLIC_URL."""
    browser = site.browser()
    form = {"csrf_token": browser.csrf_token("/login/op")}
    headers = {"Host": "localhost", "Origin": site.url, "Referer": f"{site.url}/login/op"}
    url = f"{site.url}/login/op"
    answer = browser.post(url, data=form, headers=headers, allow_redirects=False)
    assert answer.status_code == 303
    assert f"localhost%3A{site.proxy.port}" in answer.headers["Location"]


def test_a_connection_that_stays_open_longer_than_the_app_s(site: Site):
    browser = site.browser()
    token = browser.csrf_token("/login/op")
    time.sleep(5.5)
    answer = browser.post(f"{site.url}/login/op", data={"csrf_token": token}, allow_redirects=False)
    assert answer.status_code == 303


def test_slow_clients_take_no_thread(site: Site):
    head = f"POST /login/op HTTP/1.1\r\nHost: localhost:{site.proxy.port}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\na"
    with ExitStack() as stack:
        for number in range(2 * MANY):
            slow = stack.enter_context(site.connection())
            slow.sendall((head + (form if number % 2 else "")).encode())
        time.sleep(0.5)
        began = time.monotonic()
        assert site.browser().get(f"{site.url}/login", timeout=5).status_code == 200
        assert time.monotonic() - began < 3


def test_a_web_socket(site: Site):
    browser = site.browser()
    site.sign_in(browser)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    lines = [
        "GET /live HTTP/1.1",
        f"Host: localhost:{site.proxy.port}",
        f"Origin: {site.url}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Cookie: {cookies}",
    ]
    with site.connection() as open_:
        open_.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = open_.recv(4096).decode(errors="replace")
    assert answer.startswith("HTTP/1.1 101")
    # RFC 6455 §1.3
    assert "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer


def test_no_secret_in_the_log_of_the_proxy(site: Site):
    """Last, since it stops the app: what a proxy says of an app that is away counts too."""
    browser = site.browser()
    site.sign_in(browser)
    paths = ["/invite/A-TOKEN", "/%69nvite/A-TOKEN", "/callback/op?code=A-TOKEN&state=A-TOKEN"]
    for path in paths:
        site.raw(path)
    site.app.process.terminate()
    site.app.process.wait(30)
    for path in paths:
        assert site.raw(path) in (502, 503)

    time.sleep(0.5)
    written = site.proxy.written()
    assert "/callback/op" in written
    for secret in {"A-TOKEN", *site.provider.secrets} - {CLIENT_SECRET}:
        assert secret not in written, written
