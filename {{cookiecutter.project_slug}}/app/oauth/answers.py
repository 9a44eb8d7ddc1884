"""What counts as an answer of a provider, and as a URL to go to."""

import ipaddress
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .errors import InvalidResponse


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the body, and the server's clock."""

    status: int
    body: bytes = field(repr=False)
    date: str = ""


def decode_json(text: bytes) -> Any:
    """Return the value that `text` is the JSON of.

    Stricter than `json.loads`: a repeated member name and NaN are refused.  Raises InvalidResponse.
    """
    try:
        return json.loads(text.decode(), object_pairs_hook=_members, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidResponse("the answer is not JSON", reason="not_json") from error


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def allowed_url(url: str, *, loopback: bool) -> bool:
    """May this URL be called, or a browser be sent there?  https, or this machine where allowed."""
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
    """Is this host name or address this very machine?"""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
