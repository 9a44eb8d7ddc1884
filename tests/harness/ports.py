"""Ports for servers that must be known before they start."""

import random
import socket

# Below those that the system gives to outgoing connections.
FIRST, LAST = 20000, 32000


def free_port(count: int = 1) -> int:
    """Return a port that nothing listens on, the first of `count` such ports in a row."""
    while True:
        port = random.randrange(FIRST, LAST)  # noqa: S311
        if all(_is_free(port + number) for number in range(count)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
