"""What comes from outside, read strictly: a provider's response, its JSON, its URLs."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from .errors import InvalidResponse, OAuthError, ProviderUnavailable, UnexpectedStatus

IPAddress = IPv4Address | IPv6Address
MAX_TARGET = 200
# That of RFC 9110, two that are common, and that of a draft.
LIMIT_HEADERS = ("Retry-After", "X-Rate-Limit-Reset", "X-RateLimit-Reset", "RateLimit-Reset")
NOT_HTTPS = "is not an https URL"
URL = re.compile(
    r"""(?P<scheme>https?)://(?P<host>[\w.-]+|\[[\da-f:.]+\])(:(?P<port>\d{1,5}))?"""
    r"""([/?#][^ {}\\"<>]*)?""",
    re.ASCII | re.IGNORECASE,
)
# Browsers and the system read such a host as an IPv4 address.  Source: WHATWG URL §3.5.
NUMBER_AT_END = re.compile(r"(^|\.)(\d+|0x[\da-f]*)\.?$", re.ASCII)
LOCAL_NAME = re.compile(
    r"(.*\.)?localhost[46]?(\.localdomain[46]?)?\.?|(ip6-)?loopback|ip6-localhost"
)
THIS_NETWORK = IPv4Network("0.0.0.0/8")
# IPv6 networks whose last 32 bits are an IPv4 address.  Spec: RFC 4291 §2.5.5, RFC 2765, RFC 6052.
IPV4_INSIDE = tuple(map(IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
# Where clouds tell their machines secrets.  Those of 169.254.0.0/16 are link-local.
CLOUD_METADATA = (
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd20:ce::254",
)

# Created, and passed on by a proxy, are as good as OK.
SUCCESS = (200, 201, 203)


@dataclass(frozen=True)
class Response:
    """A provider's response."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def unexpected_status(sender: str, response: Response) -> OAuthError:
    """Return the error for a response whose status means failure.

    It is ProviderUnavailable where the status says "later", and else UnexpectedStatus.  The message
    names the target of a redirect, which is not followed, and the end of a rate limit.
    """
    status, headers = response.status, response.headers
    text = f"{sender} answered {status}"
    # Some providers limit with a 403.
    asks_to_wait = headers.get("X-RateLimit-Remaining") == "0" or "Retry-After" in headers
    limited = status == 429 or (status == 403 and asks_to_wait)
    if 300 <= status < 400 and "Location" in headers:
        text += f" to {_target(headers['Location'])}: redirects are not followed"
    elif ends := _retry_time(headers, LIMIT_HEADERS if limited else LIMIT_HEADERS[:1]):
        text += f": it accepts requests again at {ends:%Y-%m-%d %H:%M} UTC"
    later = limited or status >= 500
    return ProviderUnavailable(text) if later else UnexpectedStatus(text, status=status)


def _target(location: str) -> str:
    """Return a redirect's host and path for the log, without what may be secret."""
    try:
        parts = urlsplit(location)
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return "an address that cannot be read"
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    return "".join(filter(str.isprintable, f"{scheme}{host}{parts.path}"))[:MAX_TARGET]


def _retry_time(headers: Mapping[str, str], names: Iterable[str]) -> datetime | None:
    """Return when a provider accepts requests again, if it says so: in seconds, or as a time."""
    for value in filter(None, map(headers.get, names)):
        try:
            if re.fullmatch(r"\d{1,6}", value, re.ASCII):
                return datetime.now(UTC) + timedelta(seconds=int(value))
            if re.fullmatch(r"\d{10}", value, re.ASCII):
                return datetime.fromtimestamp(int(value), UTC)
            return parsedate_to_datetime(value).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def decode_json(text: bytes) -> Any:
    """Parse JSON strictly: a repeated member name and NaN are errors.  Raises InvalidResponse.

    Raw control characters in strings are accepted: some names have them, and claims drop them.
    """
    hooks: dict[str, Any] = {"object_pairs_hook": _members, "parse_constant": _no_constant}
    try:
        return json.loads(text.decode("utf-8-sig"), strict=False, **hooks)
    except (ValueError, RecursionError) as error:
        raise InvalidResponse(
            f"the answer is {_kind(text)}, not JSON", reason="not_json"
        ) from error


def _kind(text: bytes) -> str:
    """Return what an answer that is not JSON seems to be."""
    start = text.strip()[:100].lower()
    kinds = {
        "empty": not start,
        "HTML or XML": start.startswith(b"<"),
        "a JWT": start.startswith(b"eyj"),
        "form-encoded (application/x-www-form-urlencoded)": b"=" in start and start[:1].isalpha(),
        "malformed": start[:1] in (b"{", b"["),
    }
    return next((kind for kind, fits in kinds.items() if fits), "text")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name is repeated")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(name)


def allowed_url(url: str, *, loopback: bool, http_hosts: frozenset[str] = frozenset()) -> bool:
    """Return whether the app may call this URL, or send a browser there: see `url_problem`."""
    return not url_problem(url, loopback=loopback, http_hosts=http_hosts)


# The same few endpoints are checked with every call.
@lru_cache
def url_problem(url: str, *, loopback: bool, http_hosts: frozenset[str] = frozenset()) -> str:
    """Return why the app may not call this URL, or send a browser there; empty if it may.

    Only https is allowed, and http to this machine where `loopback` is true or to one of
    `http_hosts`.
    """
    match = URL.fullmatch(url) if url.isascii() and url.isprintable() else None
    if match is None or not 0 < int(match["port"] or 443) < 65536:
        return NOT_HTTPS
    host = match["host"].strip("[]").lower()
    try:
        address = address_of(host)
    except ValueError:
        return NOT_HTTPS
    if host.rstrip(".") in CLOUD_METADATA or (address and _is_reserved(address)):
        return "names an address that no provider has"
    plain = match["scheme"].lower() == "http"
    allowed = not plain or host in http_hosts or (loopback and is_loopback(host))
    return "" if allowed else NOT_HTTPS


def address_of(host: str) -> IPAddress | None:
    """Return the IP address that a host is, or None if it is a name.

    An IPv4 address inside an IPv6 address is returned as IPv4.  Raises ValueError for another
    spelling of an IPv4 address, such as 127.1, which the system would accept.
    """
    if ":" not in host and not NUMBER_AT_END.search(host):
        return None
    address = ip_address(host)
    return _inner(address) if isinstance(address, IPv6Address) else address


def _inner(address: IPv6Address) -> IPAddress:
    """Return the IPv4 address inside an IPv6 address, or the address itself."""
    if address.is_loopback or address.is_unspecified:
        return address
    if any(address in network for network in IPV4_INSIDE):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo or (None, address))[1]


def _is_reserved(address: IPAddress) -> bool:
    """Return whether no provider has this address: link-local, unspecified, cloud metadata."""
    special = address.is_link_local or address.is_unspecified or address.is_multicast
    if isinstance(address, IPv4Address):
        special = special or address.is_reserved or address in THIS_NETWORK
    return special or str(address) in CLOUD_METADATA


def is_loopback(host: str | None) -> bool:
    """Return whether this host name or address is this machine."""
    try:
        address = address_of(host or "")
    except ValueError:
        return False
    return host == "localhost" or bool(address and address.is_loopback)


def is_local_name(host: str) -> bool:
    """Return whether this host is this machine, under a name of this machine too."""
    return is_loopback(host) or bool(LOCAL_NAME.fullmatch(host))
