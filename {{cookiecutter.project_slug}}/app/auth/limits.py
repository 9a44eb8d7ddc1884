"""How often one address may start a sign-in or come back with a bad answer."""

import ipaddress

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter

from ..config import Settings

SECONDS_FOR_REDIS = 1


def address() -> str:
    """Return whose request this is: an IPv4 address, or the /64 network of an IPv6 one.

    One subscriber has a whole /64, so single IPv6 addresses would be no limit.
    """
    try:
        ip = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if ip.version == 6:
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


limiter = Limiter(key_func=address)


def _login_limit() -> str:
    limit: str = current_app.config["RATELIMIT_LOGIN"]
    return limit


def _refused(response: Response) -> bool:
    return "/login/error/" in response.headers.get("Location", "")


count_starts = limiter.shared_limit(_login_limit, scope="login", methods=["POST"])
# Counted apart: starts of others must not stop who is on the way back from a provider.
count_bad_logouts = limiter.shared_limit(
    _login_limit, scope="logout", deduct_when=lambda response: response.status_code == 400
)
count_refusals = limiter.shared_limit(_login_limit, scope="refused", deduct_when=_refused)


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the limiter; when its store is down, the same limits are counted in memory."""
    app.config["RATELIMIT_ENABLED"] = settings.ratelimit_enabled
    app.config["RATELIMIT_LOGIN"] = settings.ratelimit_login
    app.config["RATELIMIT_STORAGE_URI"] = settings.ratelimit_storage_uri
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    if not settings.ratelimit_storage_uri.startswith("memory"):
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_timeout": SECONDS_FOR_REDIS,
            "socket_connect_timeout": SECONDS_FOR_REDIS,
        }
    limiter.init_app(app)
