"""The settings of this option, read with all others when the app starts."""

from ..signin.config.checks import KEY_LENGTH, PLACEHOLDER
from ..signin.config.reader import Reader
from ..signin.oauth.responses import is_loopback


def metrics_token(reader: Reader, name: str) -> str:
    """Return the token that Prometheus must send; empty if /metrics is not there."""
    reader.read_file(name)
    token = reader.text(name)
    if token and (len(token) < KEY_LENGTH or PLACEHOLDER.fullmatch(token)):
        reader.problem(name, f"must be at least {KEY_LENGTH} random characters")
    if not token.isascii() or len(token.split()) > 1:
        reader.problem(name, "must be ASCII characters without a space")
    return token


def metrics_bind(reader: Reader, name: str) -> tuple[str, int] | None:
    """Return the address and the port that gunicorn serves the numbers at, too."""
    value = reader.text(name)
    if not value:
        return None
    host, _, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        reader.problem(name, "must be an address and a port, such as 127.0.0.1:9464")
        return None
    if not is_loopback(host) and not reader.text("METRICS_TOKEN"):
        reader.problem(name, "is open to other machines: METRICS_TOKEN must be set, too")
    return host, int(port)


SETTINGS = {"metrics_token": metrics_token, "metrics_bind": metrics_bind}
