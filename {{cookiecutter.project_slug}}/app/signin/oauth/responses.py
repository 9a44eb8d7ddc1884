"""What comes from outside, read strictly: a provider's response, its JSON, its URLs."""

import ipaddress
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .errors import InvalidResponse


@dataclass(frozen=True)
class Response:
    """A provider's response: status, body, and the Date header."""

    status: int
    body: bytes = field(repr=False)
    date: str = ""


def decode_json(text: bytes) -> Any:
    """Parse JSON strictly: a repeated member name and NaN are errors.  Raises InvalidResponse."""
    try:
        return json.loads(text.decode(), object_pairs_hook=_members, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidResponse("the answer is not JSON", reason="not_json") from error


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name is repeated")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(name)


def allowed_url(url: str, *, loopback: bool) -> bool:
    """Return whether the app may call this URL, or send a browser there.

    Only https, and http to this machine where `loopback` is true.
    """
    try:
        parts = urlsplit(url)
        usable = parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        return False
    if not usable or not url.isascii() or not url.isprintable() or set(url) & set(' {}\\"<>'):
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and loopback and is_loopback(parts.hostname)
    )


def is_loopback(host: str | None) -> bool:
    """Return whether this host name or address is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
