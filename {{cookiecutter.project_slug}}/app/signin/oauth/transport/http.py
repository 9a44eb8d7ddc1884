"""Requests to providers: one pooled session, with a limit on everything.

All threads share the session.  That is sound because it holds no state: no cookies, no redirects,
nothing of the environment (`~/.netrc` would replace our Authorization header), and nothing changes
it after the app has started.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import copy_context
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter

from ..descriptions import failure
from ..errors import InvalidResponse, ProviderUnavailable
from ..responses import SUCCESS, Response, decode_json, url_problem
from .deadline import CONNECT_SECONDS, READ_SECONDS, PlainPool, TLSPool, seconds_left
from .proxy import DirectHost, is_direct

MAX_BODY = 1024 * 1024
MAX_CALLS = 8
QUEUE_SECONDS = 1.0
SLOW_SECONDS = 2.0
HEADERS = {"Accept": "application/json", "User-Agent": "flask-social-login"}


class _Adapter(HTTPAdapter):
    """Uses the limited connections, and one trust store, loaded once, for all of them."""

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
        """Do nothing: the context carries the trust store and the checks."""


class _Calls:
    """The calls to one provider that are under way.

    At most 8, so that a slow provider cannot use up all threads.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._started: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        started = time.monotonic()
        with self._changed:
            if len(self._started) >= MAX_CALLS and started - self._started[0] > SLOW_SECONDS:
                raise ProviderUnavailable(
                    "all calls to the provider are stuck", reason="provider_busy"
                )
            if not self._changed.wait_for(
                lambda: len(self._started) < MAX_CALLS, seconds_left(QUEUE_SECONDS)
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
    """Calls to providers.  One object serves the whole process.

    `proxy` is the only proxy that is used, but not for the hosts of `no_proxy`; `read_seconds` is
    how long to wait for the next byte of a response; `trust_store` is a file of certificates in
    place of certifi's; `loopback` allows plain http to this machine, `http_hosts` to these hosts.

    `watched` is called with the provider's name and the kind of each call (token, userinfo,
    metadata, keys), and stands around it: an option that measures sets its own.
    """

    def __init__(
        self,
        *,
        proxy: str = "",
        no_proxy: tuple[DirectHost, ...] = (),
        read_seconds: float = READ_SECONDS,
        trust_store: str = "",
        loopback: bool = False,
        http_hosts: frozenset[str] = frozenset(),
    ) -> None:
        self.loopback = loopback
        self.http_hosts = http_hosts
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._no_proxy = no_proxy
        self._read_seconds = read_seconds
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update(HEADERS)
        adapter = _Adapter(ssl.create_default_context(cafile=trust_store or certifi.where()))
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._calls: dict[str, _Calls] = {}
        self._threads = ThreadPoolExecutor(32, "profile")
        self.watched: Callable[[str, str], AbstractContextManager[None]] = lambda *_: nullcontext()

    def send(self, provider: str, request: requests.Request, kind: str = "token") -> Response:
        """Send one request to a provider and return its response, whatever the status.

        `kind` is what is asked for; see `watched`.  Redirects are not followed.  Raises
        ProviderUnavailable where there is no complete response in time, InvalidResponse where it is
        larger than 1 MiB.
        """
        hosts = self.http_hosts
        if problem := url_problem(request.url, loopback=self.loopback, http_hosts=hosts):
            raise InvalidResponse(f"{request.url!r} {problem}", reason="insecure_url")
        proxies = self._proxies
        if proxies and is_direct(request.url, self._no_proxy):
            proxies = {}
        try:
            with self._calls.setdefault(provider, _Calls()).one(), self.watched(provider, kind):
                prepared = self._session.prepare_request(request)
                limits = (seconds_left(CONNECT_SECONDS), self._read_seconds)
                options: dict[str, Any] = {"proxies": proxies, "timeout": limits, "stream": True}
                with self._session.send(prepared, allow_redirects=False, **options) as response:
                    body = _read(response.raw)
        except requests.exceptions.SSLError as error:
            message = "its TLS certificate cannot be trusted"
            raise ProviderUnavailable(message, reason="tls") from error
        except (OSError, urllib3.exceptions.HTTPError, ValueError) as error:
            raise ProviderUnavailable(f"no answer: {type(error).__name__}") from error
        return Response(response.status_code, body, response.headers)

    def call(
        self,
        provider: str,
        token: str,
        url: str,
        *,
        method: str = "",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        scheme: str = "Bearer",
        kind: str = "userinfo",
    ) -> Any:
        """Return the JSON that `url` answers with.

        `token` goes into the Authorization header, after `scheme`, if both are set.  For `kind` see
        `send`.
        The method is GET, or POST with a `form` or `json`.  For another status than success it
        raises what `failure` returns.
        Spec: RFC 6750 §2.1.
        """
        method = method or ("GET" if form is None and json is None else "POST")
        auth = _Authorization(f"{scheme} {token}") if token and scheme else None
        request = requests.Request(
            method, url, params=query, headers=headers, data=form, json=json, auth=auth
        )
        response = self.send(provider, request, kind)
        if response.status not in SUCCESS:
            raise failure(urlsplit(url).netloc, response, token)
        return decode_json(response.body)

    def start_call(self, call: Callable[..., Any], *args: Any, **options: Any) -> Future[Any]:
        """Run `call` in another thread, under the caller's deadline."""
        return self._threads.submit(copy_context().run, partial(call, *args, **options))

    def close(self) -> None:
        """Close all connections."""
        self._session.close()
        self._threads.shutdown(wait=False)


class _Authorization(requests.auth.AuthBase):
    """The Authorization header, as `auth`: a plain header could be replaced."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


def _read(raw: Any) -> bytes:
    """Read a body to its end, decompressed, and never more than `MAX_BODY` of it."""
    body = bytearray()
    while chunk := raw.read(65536, decode_content=True):
        body += chunk
        if len(body) > MAX_BODY:
            raise InvalidResponse("the answer is larger than 1 MiB", reason="too_large")
    return bytes(body)
