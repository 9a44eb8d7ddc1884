"""Callback URLs in development: not every provider takes `localhost`."""

from urllib.parse import urlsplit

from ..oauth.provider import Provider
from ..oauth.responses import is_loopback

HTTPS = "https://…"


def needed_public_url(provider: Provider, public_url: str) -> str:
    """Return what PUBLIC_URL must be for a provider, or "" if the present one will do."""
    parts, accepted = urlsplit(public_url), provider.loopback_host
    if accepted == "localhost" or accepted == parts.hostname or not is_loopback(parts.hostname):
        return ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{accepted}{port}" if accepted else HTTPS
