"""Whose address it is: what counts as one person for limits."""

import ipaddress


def subscriber(address: str | None) -> str:
    """Return the subscriber of an address: an IPv4 address, or the /64 network of an IPv6 address.

    One subscriber has a whole /64, so a limit for a single IPv6 address would be useless.
    """
    try:
        ip = ipaddress.ip_address(without_port(address or ""))
    except ValueError:
        return "unknown"
    if ip.version == 6 and not ip.ipv4_mapped:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def without_port(address: str) -> str:
    """Return an address without brackets and port, which some proxies write."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    host, _, _ = address.partition(":")
    return host if address.count(":") == 1 else address
