"""The hosts that are called directly although there is an outbound proxy."""

import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from ..responses import address_of, is_loopback

HOST = re.compile(r"(\*?\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*")
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class DirectHost:
    """One entry of OUTBOUND_NO_PROXY: a host, the hosts below a `.suffix`, or a network.

    `port` is None where any port is meant.
    """

    host: str
    network: IPv4Network | IPv6Network | None = None
    port: int | None = None


def direct_host(text: str) -> DirectHost:
    """Return the entry that this text describes.

    It is a host name, a `.suffix`, an address or a network such as 10.0.0.0/8; each may end with
    a port.  Raises ValueError.
    """
    text = text.lower()
    for host, port in ((text, ""), text.rpartition(":")[::2]):
        with suppress(ValueError):
            return DirectHost("", ip_network(host.strip("[]"), strict=False), _port(port))
    host, colon, port = text.partition(":")
    if not HOST.fullmatch(host) or (colon and not port):
        raise ValueError("not a host, a suffix, an address or a network")
    return DirectHost(host.removeprefix("*"), None, _port(port))


def _port(text: str) -> int | None:
    if text and not (re.fullmatch(r"\d{1,5}", text, re.ASCII) and 0 < int(text) < 65536):
        raise ValueError("not a port")
    return int(text) if text else None


def is_direct(url: str, entries: tuple[DirectHost, ...]) -> bool:
    """Return whether this URL is called directly: on this machine, or one of the entries.

    Names are not looked up, so a network is for URLs with an address.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".")
    address, port = address_of(host), parts.port or PORTS[parts.scheme]
    return is_loopback(host) or any(
        entry.port in (None, port)
        and (
            address in entry.network
            if entry.network and address
            else host == entry.host or (entry.host[:1] == "." and host.endswith(entry.host))
        )
        for entry in entries
    )
