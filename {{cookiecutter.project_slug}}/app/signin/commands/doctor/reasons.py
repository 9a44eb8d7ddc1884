"""Say why a call to a server failed, and what to do about it."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from requests.exceptions import ProxyError, Timeout
from urllib3.exceptions import TimeoutError as PoolTimeout

from ...oauth.responses import is_loopback

# What else may help where there is no answer in time.
MORE = {
    **dict.fromkeys(("http", "https"), ", or set OUTBOUND_PROXY"),
    "rediss": ", or write redis:// if it does not speak TLS",
}
PORTS = {"http": 80, "https": 443, "redis": 6379, "rediss": 6379}


def reason(error: BaseException, url: str, setting: str) -> tuple[str, str]:
    """Return why `url` did not answer, and the one thing to do.

    `setting` is where the owner wrote the address, empty if it is a provider's own.  For another
    error it is the error's own text.
    """
    correct = f"correct {setting}" if setting else "check this machine's network and DNS"
    parts = urlsplit(url)
    host, at = parts.hostname or "", f"{parts.hostname}:{parts.port or PORTS.get(parts.scheme)}"
    causes = tuple(_causes(error))
    for cause in causes:
        match cause:
            case ProxyError():
                do = "correct OUTBOUND_PROXY, or name the host in OUTBOUND_NO_PROXY"
                return f"OUTBOUND_PROXY does not let calls through to {host}", do
            case socket.gaierror():
                return f"there is no host {host} (DNS)", correct
            case ssl.SSLCertVerificationError():
                do = "if the server has a certificate of your own authority, set SSL_CERT_FILE"
                return f"the certificate of {at} is not trusted ({cause.verify_message})", do
            case ssl.SSLError():
                return f"{at} does not speak TLS as {parts.scheme}:// needs it", correct
            case ConnectionRefusedError():
                start = "start the server there, or " if is_loopback(host) else ""
                return f"nothing answers at {at}", f"{start}{correct}"
            case Timeout() | TimeoutError() | PoolTimeout():
                more = MORE.get(parts.scheme, "")
                return f"no answer from {at} in time", f"{correct}, open the firewall{more}"
            case ConnectionResetError():
                return f"{at} closed the connection without an answer", correct
    return str(error), ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it, a proxy's fault first."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) < 20:
        one = waiting.pop()
        if one in found:
            continue
        found.append(one)
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [each for each in inner if isinstance(each, BaseException)]
    yield from sorted(found, key=lambda one: not isinstance(one, ProxyError))
