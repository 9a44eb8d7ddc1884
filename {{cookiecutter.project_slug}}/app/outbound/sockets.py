"""Sockets that keep to one deadline for everything that is received over them."""

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
TOTAL_SECONDS = 12.0

_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def time_limit(seconds: float = TOTAL_SECONDS) -> Iterator[None]:
    """Let everything that is sent inside take `seconds` altogether."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left(most: float) -> float:
    """Return the seconds that are left, at most `most`.  Raises TimeoutError when none are."""
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
        self._sock.settimeout(seconds_left(READ_SECONDS))
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
        self.timeout = seconds_left(CONNECT_SECONDS)
        super().connect()  # type: ignore[misc]
        self.sock = _Socket(self.sock)

    def _new_conn(self: Any) -> socket.socket:
        """Connect to one of the host's addresses, all of them within the one time for connecting.

        Looking the name up is the system's business, and its time limit.
        """
        ends = time.monotonic() + self.timeout
        error = OSError("the host has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(
            self.host, self.port, type=socket.SOCK_STREAM
        ):
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
