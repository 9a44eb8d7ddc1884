"""How anything leaves this machine: one pooled session, and a limit on everything.

The session is shared by all threads.  That is sound because it holds no state: no cookies, no
redirects, nothing of the environment (`~/.netrc` would replace our Authorization header), and it is
not changed once it is made.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter

from ..oauth.answers import Answer, allowed_url, decode_json, is_loopback
from ..oauth.errors import InvalidResponse, ProviderUnavailable
from .sockets import CONNECT_SECONDS, READ_SECONDS, PlainPool, TLSPool, seconds_left

MAX_BODY = 1024 * 1024
MAX_CALLS = 8
QUEUE_SECONDS = 1.0
SLOW_SECONDS = 2.0
HEADERS = {"Accept": "application/json", "User-Agent": "flask-social-login"}


class _Adapter(HTTPAdapter):
    """Uses the limited connections, and one trust store for all of them, loaded once."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=64, pool_maxsize=MAX_CALLS)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TLSPool}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **options)
        manager.pool_classes_by_scheme = {"http": PlainPool, "https": TLSPool}
        return manager

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, True, cert)
        return host, {"ssl_context": self._context}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the connection as it is: the context carries the trust store and the checks."""


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
                lambda: len(self._started) < MAX_CALLS, min(QUEUE_SECONDS, seconds_left(9))
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
                    timeout=(seconds_left(CONNECT_SECONDS), READ_SECONDS),
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

    def get_json(self, provider: str, bearer: str, url: str, **query: str) -> Any:
        """Return the JSON that `url` answers with, asked for with a Bearer token if there is one.

        Raises InvalidResponse for another status than 200, ProviderUnavailable for one that says
        "later" (429 and 5xx).
        """
        auth = _Bearer(bearer) if bearer else None
        answer = self.send(provider, requests.Request("GET", url, params=query, auth=auth))
        if answer.status == 429 or answer.status >= 500:
            raise ProviderUnavailable(f"{_host(url)} answered {answer.status}")
        if answer.status != 200:
            raise InvalidResponse(f"{_host(url)} answered {answer.status}")
        return decode_json(answer.body)

    def in_background(self, call: Callable[..., Any], *args: str, **query: str) -> Future[Any]:
        """Run `call` in another thread, under the caller's time limit."""
        return self._beside.submit(copy_context().run, partial(call, *args, **query))


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


def _host(url: str) -> str:
    return urlsplit(url).netloc
