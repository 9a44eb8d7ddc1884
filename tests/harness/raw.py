"""Answers that no server library would send: silence, drips, floods."""

import contextlib
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from .bad_provider import Reply

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def raw(send: Callable[[socket.socket], None]) -> Callable[[Any], Reply]:
    """Return a change that answers with what `send` writes, until the other side hangs up."""

    def quietly(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            send(connection)

    return lambda _: Reply(raw=quietly)


def drip(start: bytes, drop: bytes, every: float, most: float = 40) -> Callable[[Any], Reply]:
    """Send `start`, then `drop` again and again."""

    def send(connection: socket.socket) -> None:
        end = time.monotonic() + most
        connection.sendall(start)
        while time.monotonic() < end:
            connection.sendall(drop)
            time.sleep(every)

    return raw(send)


def silence(seconds: float = 40) -> Callable[[Any], Reply]:
    """Say nothing, and keep the connection open until the other side is gone."""

    def send(connection: socket.socket) -> None:
        connection.settimeout(seconds)
        connection.recv(1)

    return raw(send)


def drips(every: float) -> dict[str, Callable[[Any], Reply]]:
    """Return everything that can be sent slowly."""
    return {
        "silence": silence(),
        "bytes of the status line": drip(b"HTTP/1.1 200 ", b"O", every),
        "bytes of a header": drip(HEAD + b"X-Slow: ", b"x", every),
        "header lines": drip(HEAD, b"X-Slow: 1\r\n", every),
        "100 Continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every),
        "bytes of the body": drip(HEAD + b"Content-Length: 9999\r\n\r\n", b" ", every),
        "chunks": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", every),
        "bytes of a chunk's length": drip(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0", every
        ),
        "a body without a length": drip(HEAD + b"Connection: close\r\n\r\n", b" ", every),
        "bytes of gzip": drip(
            HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n\x1f\x8b\x08\x00",
            b"\x00",
            every,
        ),
    }


def flood(length: int, *, gzip: bool = False, declared: bool = True) -> Callable[[Any], Reply]:
    """Send a body of spaces of this length, without holding it in memory."""

    def pieces() -> Iterator[bytes]:
        whole, rest = divmod(length, 1024 * 1024)
        made = zlib.compressobj(9, wbits=31)
        for size in [1024 * 1024] * whole + [rest]:
            yield made.compress(b" " * size) if gzip else b" " * size
        if gzip:
            yield made.flush()

    def send(connection: socket.socket) -> None:
        head = HEAD + (b"Content-Encoding: gzip\r\n" if gzip else b"")
        if declared and not gzip:
            head += f"Content-Length: {length}\r\n".encode()
        connection.sendall(head + b"Connection: close\r\n\r\n")
        for piece in pieces():
            connection.sendall(piece)

    return raw(send)
