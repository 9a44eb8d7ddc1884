"""Validate the settings of the calls to providers."""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from ..oauth.transport.proxy import DirectHost, direct_host
from .reader import Reader

CERTIFICATE = re.compile(rb"-----BEGIN (TRUSTED )?CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END ")
HOST = re.compile(r"[a-z0-9._-]+|[a-f0-9:.]+")


def http_loopback(reader: Reader, name: str) -> bool:
    """Return whether providers on this machine may be called by plain http."""
    return reader.flag(name, "0") or reader.development


def http_hosts(reader: Reader, name: str) -> frozenset[str]:
    """Return the hosts whose providers may be called by plain http, in lower case."""
    found = frozenset(word.lower() for word in reader.words(name))
    if found and not reader.development:
        reader.problem(name, "is for development only: in production providers need https")
    elif not all(HOST.fullmatch(host) for host in found):
        reader.problem(name, "is not a list of host names like id-server, without scheme and port")
    return found


def proxy(reader: Reader, name: str) -> str:
    """Return the URL of a proxy, or an empty string."""
    value = reader.text(name)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if value and not usable:
        reader.problem(name, "is not a URL like http://proxy.example.org:3128")
    return value


def no_proxy(reader: Reader, name: str) -> tuple[DirectHost, ...]:
    """Return the hosts that the proxy is not for."""
    try:
        return tuple(direct_host(word) for word in reader.words(name))
    except ValueError:
        reader.problem(name, "is not a list of hosts, .suffixes, addresses and networks")
        return ()


def trust_store(reader: Reader, name: str) -> str:
    """Return the file of certificates to trust, or an empty string for certifi's."""
    for variable in (name, "REQUESTS_CA_BUNDLE"):
        value = reader.text(variable)
        if value and not Path(value).is_file():
            reader.problem(variable, "is not a file")
        elif value:
            _check_certificates(reader, variable, value)
            return value
    return ""


def _check_certificates(reader: Reader, name: str, file: str) -> None:
    with suppress(OSError):
        if not re.search(CERTIFICATE, Path(file).read_bytes()):
            reader.problem(
                name, "names a file without certificates in PEM (-----BEGIN CERTIFICATE)"
            )
