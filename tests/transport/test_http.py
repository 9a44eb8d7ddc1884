"""How a single request leaves this machine: bounded, and without anything of the machine's own."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from app.signin.oauth.errors import InvalidResponse, ProviderUnavailable
from app.signin.oauth.responses import Response
from app.signin.oauth.transport import deadline
from app.signin.oauth.transport import http as module
from app.signin.oauth.transport.deadline import time_limit
from app.signin.oauth.transport.http import Http

from .conftest import URL

pytestmark = pytest.mark.usefixtures("limit")


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


def send(http: Http, url: str = URL, **options: Any) -> Response:
    return http.send("openid", requests.Request("GET", url, **options))


# --- What is sent


@responses.activate
def test_a_call_carries_the_token_in_its_header_and_what_it_is_given(http: Http) -> None:
    responses.get(URL, json={})
    responses.post(URL, json={})

    assert http.call("openid", "a-token", URL, query={"fields": "id"}) == {}
    assert http.call("openid", "a-token", URL, json={"q": 1}, scheme="OAuth") == {}
    get, post = (call.request for call in responses.calls)
    assert (get.url, get.headers["Authorization"]) == (f"{URL}?fields=id", "Bearer a-token")
    assert (post.body, post.headers["Authorization"]) == (b'{"q": 1}', "OAuth a-token")
    assert get.headers["User-Agent"] == post.headers["User-Agent"] == "flask-social-login"


@responses.activate
def test_no_cookie_is_kept(http: Http) -> None:
    responses.get(URL, headers={"Set-Cookie": "one=persons; Path=/"})
    send(http)
    send(http)

    assert "Cookie" not in responses.calls[1].request.headers


@responses.activate
def test_nothing_of_the_environment_is_used(
    http: Http, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine id.example login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    responses.get(URL, json={})
    http.call("openid", "", URL)

    [call] = responses.calls
    assert "Authorization" not in call.request.headers
    assert not call.request.req_kwargs["proxies"]


@pytest.mark.parametrize("url", ["http://id.example", "ftp://id.example", "http://127.0.0.1"])
def test_an_address_that_is_not_asked(url: str) -> None:
    with pytest.raises(InvalidResponse) as caught:
        send(Http(), url)
    assert caught.value.reason == "insecure_url"


def test_a_proxy_where_the_owner_names_one(serve: Callable[..., str]) -> None:
    asked = []

    def refuse(connection: socket.socket) -> None:
        asked.append(URL)
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    with pytest.raises(ProviderUnavailable):
        send(Http(proxy=serve(refuse)))
    assert asked


# --- What comes back


@responses.activate
def test_an_answer_whatever_its_status(http: Http) -> None:
    responses.get(URL, body=b"teapot", status=418, headers={"Date": "today"})
    answer = send(http)

    assert (answer.status, answer.body, answer.headers["date"]) == (418, b"teapot", "today")


@responses.activate
def test_a_redirect_is_not_followed(http: Http) -> None:
    responses.get(URL, status=302, headers={"Location": "https://evil.example"})

    assert send(http).status == 302
    assert len(responses.calls) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, InvalidResponse), (302, InvalidResponse), (429, ProviderUnavailable)],
)
@responses.activate
def test_json_comes_with_status_200(http: Http, status: int, kind: type[Exception]) -> None:
    responses.get(URL, json={}, status=status)

    with pytest.raises(kind):
        http.call("openid", "", URL)


@responses.activate
def test_an_answer_that_is_too_large(http: Http) -> None:
    responses.get(URL, body=b"x" * (module.MAX_BODY + 1))

    with pytest.raises(InvalidResponse) as caught:
        send(http)
    assert caught.value.reason == "too_large"


def test_nobody_answers(http: Http) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ProviderUnavailable):
        send(http, f"http://127.0.0.1:{port}")


def test_a_certificate_that_is_not_good(http: Http, serve: Callable[..., str]) -> None:
    url = serve(lambda connection: connection.sendall(b"no TLS here"))

    with pytest.raises(ProviderUnavailable) as caught:
        send(http, url.replace("http:", "https:"))
    assert caught.value.reason == "tls"


# --- How long it may take


def test_a_server_that_drips(http: Http, serve: Callable[..., str]) -> None:
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
        send(http, serve(drip))
    assert time.monotonic() - started < 2


def test_the_time_for_a_login_is_used_up(http: Http) -> None:
    with time_limit(0), pytest.raises(ProviderUnavailable):
        send(http)


@responses.activate
def test_a_call_in_another_thread_has_the_same_time_limit(http: Http) -> None:
    responses.get(URL, json={"a": 1})

    assert http.start_call(http.call, "openid", "", URL).result() == {"a": 1}
    with time_limit(0), pytest.raises(ProviderUnavailable):
        http.start_call(http.call, "openid", "", URL).result()


def test_a_provider_that_hangs_is_not_waited_for_by_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "QUEUE_SECONDS", 0.05)
    calls = module._Calls()
    with ExitStack() as eight:
        for _ in range(module.MAX_CALLS):
            eight.enter_context(calls.one())
        with pytest.raises(ProviderUnavailable, match="too many"), calls.one():
            pass
        monkeypatch.setattr(module, "SLOW_SECONDS", 0)
        with pytest.raises(ProviderUnavailable, match="stuck"), calls.one():
            pass
    with calls.one():
        pass


def test_many_addresses_that_do_not_answer_take_the_time_of_one_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
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
        monkeypatch.setattr(deadline, "CONNECT_SECONDS", 0.6)
        began = time.monotonic()
        with pytest.raises(ProviderUnavailable):
            Http(loopback=True).call("p", "", f"http://localhost:{dead.getsockname()[1]}/")
        assert 0.5 < time.monotonic() - began < 2
