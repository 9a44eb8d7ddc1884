"""One time limit for everything that is received over a connection.

A socket's own time limit starts again with every byte, so a server that sends a byte a second would
hold a thread for ever: in the body, in the headers, in the status line.
"""

import io
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
TOTAL_SECONDS = 12.0

_lookups = ThreadPoolExecutor(32, "lookup")
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def time_limit(seconds: float = TOTAL_SECONDS) -> Iterator[None]:
    """Let all provider calls inside this block share one deadline, `seconds` from now.

    A block inside another one does not end later than that.
    """
    ends, outer = time.monotonic() + seconds, _deadline.get()
    token = _deadline.set(ends if outer is None else min(ends, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left(most: float) -> float:
    """Return the seconds until the deadline, at most `most`.  Raises TimeoutError at 0."""
    deadline = _deadline.get()
    left = most if deadline is None else min(most, deadline - time.monotonic())
    if left <= 0:
        raise TimeoutError("the time for this login is used up")
    return left


def _look_up(host: str, port: int, seconds: float) -> list[Any]:
    """Return a host's addresses.  Raises OSError.

    The system's own time limit may be half a minute; a thread waits for that.
    """
    found = _lookups.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        return found.result(seconds)
    finally:
        found.cancel()


class _Receiver(io.RawIOBase):
    """Reads from a socket, and gives each receive only the time that is left."""

    def __init__(self, sock: socket.socket, file: Any) -> None:
        self._sock = sock
        self._file = file
        self._seconds = sock.gettimeout() or READ_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(seconds_left(self._seconds))
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        """Close the socket's own file too: the socket keeps a reference count."""
        self._file.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_Receiver(sock, self.fp), 65536)


class _Limited:
    """What both connection classes add: the time left for connecting, and the `_Response`."""

    response_class = _Response

    def connect(self: Any) -> None:
        self.timeout = seconds_left(CONNECT_SECONDS)
        super().connect()  # type: ignore[misc]

    def _new_conn(self: Any) -> socket.socket:
        """Connect to one of the host's addresses, all of them within one connect timeout."""
        ends = time.monotonic() + self.timeout
        error = OSError("the host has no address")
        for family, kind, protocol, _, address in _look_up(self.host, self.port, self.timeout):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(max(0.01, min(self.timeout / 2, ends - time.monotonic())))
                sock.connect(address)
            except OSError as problem:
                sock.close()
                error = problem
            else:
                return sock
            if time.monotonic() > ends:
                break
        raise error


class _PlainConnection(_Limited, HTTPConnection):  # type: ignore[misc]
    pass


class _TLSConnection(_Limited, HTTPSConnection):  # type: ignore[misc]
    pass


class PlainPool(HTTPConnectionPool):
    """Plain http, limited."""

    ConnectionCls: Any = _PlainConnection


class TLSPool(HTTPSConnectionPool):
    """https, limited."""

    ConnectionCls: Any = _TLSConnection
