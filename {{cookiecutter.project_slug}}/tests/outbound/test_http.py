"""How requests leave this machine: bounded, and without anything of the machine's own."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests
import responses

from app.oauth.errors import InvalidResponse, ProviderUnavailable
from app.outbound import http as module
from app.outbound import sockets
from app.outbound.http import Http
from app.outbound.sockets import time_limit

URL = "https://id.example/document"


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    with time_limit(5):
        yield


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serve one connection on this machine with a function; return the URL."""
    threads, listeners = [], []

    def start(answer: Callable[[socket.socket], object]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                answer(connection)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    for thread in threads:
        thread.join(5)
    for listener in listeners:
        listener.close()


def get(http, url=URL, **options):
    return http.send("openid", requests.Request("GET", url, **options))


@responses.activate
def test_an_answer_whatever_its_status(http):
    responses.get(URL, body=b"teapot", status=418, headers={"Date": "today"})
    answer = get(http)

    assert (answer.status, answer.body, answer.date) == (418, b"teapot", "today")


@responses.activate
def test_a_redirect_is_not_followed(http):
    responses.get(URL, status=302, headers={"Location": "https://evil.example"})

    assert get(http).status == 302
    assert len(responses.calls) == 1


@responses.activate
def test_no_cookie_is_kept(http):
    responses.get(URL, headers={"Set-Cookie": "one=persons; Path=/"})
    get(http)
    get(http)

    assert "Cookie" not in responses.calls[1].request.headers


@responses.activate
def test_nothing_of_the_environment_is_used(http, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine id.example login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    responses.get(URL, json={})
    http.get_json("openid", "", URL)

    [call] = responses.calls
    assert "Authorization" not in call.request.headers
    assert not call.request.req_kwargs["proxies"]


@responses.activate
def test_a_bearer_token_is_a_header(http):
    responses.get(URL, json={})

    assert http.get_json("openid", "a-token", URL, fields="id") == {}
    [call] = responses.calls
    assert call.request.headers["Authorization"] == "Bearer a-token"
    assert call.request.headers["User-Agent"]
    assert call.request.url == f"{URL}?fields=id"


@pytest.mark.parametrize(
    ("status", "kind"), [(404, InvalidResponse), (302, InvalidResponse), (429, ProviderUnavailable)]
)
@responses.activate
def test_json_comes_with_status_200(http, status, kind):
    responses.get(URL, json={}, status=status)

    with pytest.raises(kind):
        http.get_json("openid", "", URL)


@responses.activate
def test_an_answer_that_is_too_large(http):
    responses.get(URL, body=b"x" * (module.MAX_BODY + 1))

    with pytest.raises(InvalidResponse) as caught:
        get(http)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("url", ["http://id.example", "ftp://id.example", "http://127.0.0.1"])
def test_an_address_that_is_not_asked(trust_store, url):
    with pytest.raises(InvalidResponse) as caught:
        get(Http(trust_store=trust_store), url)
    assert caught.value.reason == "insecure_url"


def test_nobody_answers(http):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ProviderUnavailable):
        get(http, f"http://127.0.0.1:{port}")


def test_a_certificate_that_is_not_good(http, serve):
    url = serve(lambda connection: connection.sendall(b"no TLS here"))

    with pytest.raises(ProviderUnavailable) as caught:
        get(http, url.replace("http:", "https:"))
    assert caught.value.reason == "tls"


def test_a_server_that_drips(http, serve):
    """Each byte comes in time, the whole would take for ever."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(50):
            time.sleep(0.05)
            try:
                connection.sendall(b"x")
            except OSError:
                return

    started = time.monotonic()
    with time_limit(0.3), pytest.raises(ProviderUnavailable):
        get(http, serve(drip))
    assert time.monotonic() - started < 2


def test_the_time_for_a_login_is_used_up(http):
    with time_limit(0), pytest.raises(ProviderUnavailable):
        get(http)


def test_a_proxy_where_the_owner_names_one(serve):
    asked = []

    def refuse(connection: socket.socket) -> None:
        asked.append(URL)
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    with pytest.raises(ProviderUnavailable):
        get(Http(proxy=serve(refuse)))
    assert asked


def test_a_provider_that_hangs_is_not_waited_for_by_everybody(http, monkeypatch):
    monkeypatch.setattr(module, "QUEUE_SECONDS", 0.05)
    calls = module._Calls()
    eight = [calls.one() for _ in range(module.MAX_CALLS)]
    for call in eight:
        call.__enter__()

    with pytest.raises(ProviderUnavailable, match="too many"), calls.one():
        pass
    monkeypatch.setattr(module, "SLOW_SECONDS", 0)
    with pytest.raises(ProviderUnavailable, match="hanging"), calls.one():
        pass
    for call in eight:
        call.__exit__(None, None, None)
    with calls.one():
        pass


@responses.activate
def test_a_call_beside_has_the_same_time_limit(http):
    responses.get(URL, json={"a": 1})

    assert http.in_background(http.get_json, "openid", "", URL).result() == {"a": 1}
    with time_limit(0), pytest.raises(ProviderUnavailable):
        http.in_background(http.get_json, "openid", "", URL).result()


def test_many_addresses_that_do_not_answer_take_the_time_of_one_connect(monkeypatch):
    """A listener whose queue is full drops what comes, as a dead address does."""
    with ExitStack() as stack:
        dead = stack.enter_context(socket.socket())
        dead.bind(("127.0.0.1", 0))
        dead.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(dead.getsockname())
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", dead.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry] * 16)
        monkeypatch.setattr(sockets, "CONNECT_SECONDS", 0.6)
        began = time.monotonic()
        with pytest.raises(ProviderUnavailable):
            Http(loopback=True).get_json("p", "", f"http://localhost:{dead.getsockname()[1]}/")
        assert 0.5 < time.monotonic() - began < 2
