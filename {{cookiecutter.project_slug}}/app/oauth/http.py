"""How anything leaves this machine: one pooled session, and a limit on everything.

The session is shared by all threads.  That is sound because it holds no state: no cookies, no
redirects, nothing of the environment (`~/.netrc` would replace our Authorization header), and it is
not changed once it is made.
"""

import io
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .errors import InvalidResponse, ProviderUnavailable

CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
TOTAL_SECONDS = 12.0
MAX_BODY = 1024 * 1024
MAX_CALLS = 8
QUEUE_SECONDS = 1.0
SLOW_SECONDS = 2.0
HEADERS = {"Accept": "application/json", "User-Agent": "flask-social-login"}

_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def time_limit(seconds: float = TOTAL_SECONDS) -> Iterator[None]:
    """Let everything that is sent inside take `seconds` altogether."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def _seconds_left(most: float) -> float:
    left = min(most, _deadline.get() - time.monotonic())
    if left <= 0:
        raise TimeoutError("the time for this login is used up")
    return left


class _Receiver(io.RawIOBase):
    """Reads from a socket, giving each receive only the time that is left.

    A socket's own time limit starts again with every byte, so a server that drips would hold a
    thread for ever, in the body as in the status line and the headers.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_seconds_left(READ_SECONDS))
        return self._sock.recv_into(buffer)


class _Socket:
    """A socket whose files are read through a `_Receiver`."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return _File(_Receiver(self._sock), self._sock.makefile("rb"))


class _File(io.BufferedReader):
    """Closes the socket's own file too, which counts who still uses the socket."""

    def __init__(self, raw: _Receiver, file: Any) -> None:
        super().__init__(raw, 65536)
        self._file = file

    def close(self) -> None:
        super().close()
        self._file.close()


class _Limited:
    """What both connection classes add: the time left for connecting, and the `_Socket`."""

    def connect(self: Any) -> None:
        self.timeout = _seconds_left(CONNECT_SECONDS)
        super().connect()  # type: ignore[misc]
        self.sock = _Socket(self.sock)


class _PlainConnection(_Limited, HTTPConnection):  # type: ignore[misc]
    pass


class _TLSConnection(_Limited, HTTPSConnection):  # type: ignore[misc]
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls: Any = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls: Any = _TLSConnection


class _Adapter(HTTPAdapter):
    """Uses the limited connections, and one trust store for all of them, loaded once."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=64, pool_maxsize=MAX_CALLS)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **options)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}
        return manager

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, True, cert)
        return host, {"ssl_context": self._context}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the connection as it is: the context carries the trust store and the checks."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, at most 1 MiB of body, and the server's clock."""

    status: int
    body: bytes = field(repr=False)
    date: str = ""

    def json(self) -> Any:
        """Return the body decoded from JSON.  Raises InvalidResponse."""
        return decode_json(self.body)


class _Calls:
    """The calls to one provider that are under way: at most 8, so that one which hangs leaves
    threads for everybody else."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._started: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        started = time.monotonic()
        with self._changed:
            if len(self._started) >= MAX_CALLS and started - self._started[0] > SLOW_SECONDS:
                raise ProviderUnavailable("every call to it is hanging", reason="provider_busy")
            if not self._changed.wait_for(
                lambda: len(self._started) < MAX_CALLS, min(QUEUE_SECONDS, _seconds_left(9))
            ):
                raise ProviderUnavailable("too many calls are waiting", reason="provider_busy")
            started = time.monotonic()
            self._started.append(started)
        try:
            yield
        finally:
            with self._changed:
                self._started.remove(started)
                self._changed.notify()


class Http:
    """Calls to providers.  One for the whole process.

    `proxy` is the only proxy that is used, `trust_store` a file of certificates in place of
    certifi's, `loopback` says whether plain http to this very machine is allowed.
    """

    def __init__(self, *, proxy: str = "", trust_store: str = "", loopback: bool = False) -> None:
        self.loopback = loopback
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update(HEADERS)
        adapter = _Adapter(ssl.create_default_context(cafile=trust_store or certifi.where()))
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._calls: dict[str, _Calls] = {}
        self._beside = ThreadPoolExecutor(32, "profile")

    def send(self, provider: str, request: requests.Request) -> Answer:
        """Send one request to a provider and return its answer, whatever its status.

        Redirects are not followed.  Raises ProviderUnavailable when there is no complete answer in
        time, InvalidResponse when it is larger than 1 MiB.
        """
        if not allowed_url(request.url, loopback=self.loopback):
            raise InvalidResponse(f"{request.url!r} is not an https URL", reason="insecure_url")
        proxies = {} if is_loopback(urlsplit(request.url).hostname) else self._proxies
        try:
            with self._calls.setdefault(provider, _Calls()).one():
                response = self._session.request(
                    request.method,
                    request.url,
                    params=request.params,
                    data=request.data,
                    auth=request.auth,
                    proxies=proxies,
                    timeout=(_seconds_left(CONNECT_SECONDS), READ_SECONDS),
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    body = _read(response.raw)
        except requests.exceptions.SSLError as error:
            raise ProviderUnavailable("its TLS certificate is not good", reason="tls") from error
        except (OSError, urllib3.exceptions.HTTPError, ValueError) as error:
            raise ProviderUnavailable(f"no answer: {type(error).__name__}") from error
        return Answer(response.status_code, body, response.headers.get("Date", ""))

    def get_json(
        self, provider: str, url: str, bearer: str = "", query: Mapping[str, str] | None = None
    ) -> Any:
        """Return the JSON that `url` answers with, or raise.

        Raises InvalidResponse for another status than 200, ProviderUnavailable for one that says
        "later" (429 and 5xx).
        """
        auth = _Bearer(bearer) if bearer else None
        answer = self.send(provider, requests.Request("GET", url, params=query or {}, auth=auth))
        if answer.status == 429 or answer.status >= 500:
            raise ProviderUnavailable(f"{_host(url)} answered {answer.status}")
        if answer.status != 200:
            raise InvalidResponse(f"{_host(url)} answered {answer.status}")
        return answer.json()

    def in_background(self, call: Callable[[], Any]) -> "Future[Any]":
        """Run `call` in another thread, under the caller's time limit."""
        return self._beside.submit(copy_context().run, call)


class _Bearer(requests.auth.AuthBase):
    """Spec: RFC 6750 §2.1."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _read(raw: Any) -> bytes:
    """Read a body to its end, decompressed, and never more of it than `MAX_BODY`."""
    body = bytearray()
    while chunk := raw.read(65536, decode_content=True):
        body += chunk
        if len(body) > MAX_BODY:
            raise InvalidResponse("the answer is larger than 1 MiB", reason="too_large")
    return bytes(body)


def decode_json(text: bytes) -> Any:
    """Return the value that `text` is the JSON of.

    Stricter than `json.loads`: a repeated member name and NaN are refused.  Raises InvalidResponse.
    """
    try:
        return json.loads(
            text.decode(), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise InvalidResponse("the answer is not JSON", reason="not_json") from error


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def allowed_url(url: str, *, loopback: bool) -> bool:
    """May this URL be called, or a browser be sent there?  https, or this machine where allowed."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or not url.isprintable() or " " in url:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == "http" and loopback and is_loopback(parts.hostname)


def is_loopback(host: str | None) -> bool:
    """Is this host name or address this very machine?"""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _host(url: str) -> str:
    return urlsplit(url).netloc
