"""Tell `flask doctor` how its request arrived: what the proxies in front of the app have said.

Only who has SECRET_KEY can ask; to all others there is no such page.
"""

import hmac
import re
import time

from flask import Response, abort, jsonify, request

from . import bp, settings

PATH = "/login/doctor/arrival"
HEADER = "X-Doctor"
SECONDS = 60


def ticket() -> str:
    """Return what a request to the page must have in its header: the time, and its signature."""
    now = str(int(time.time()))
    return f"{now}.{_signature(now)}"


@bp.get(PATH)
def arrival() -> Response:
    """Return the scheme and the host that the app sees, and how many proxies named an address."""
    if not _is_good(request.headers.get(HEADER, "")):
        abort(404)
    named = [one for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    return jsonify(scheme=request.scheme, host=request.host, proxies=len(named))


def _is_good(text: str) -> bool:
    signed_at, _, signature = text.partition(".")
    if not re.fullmatch(r"[0-9]{1,12}", signed_at) or not signature.isascii():
        return False
    fresh = abs(time.time() - int(signed_at)) <= SECONDS
    return fresh and hmac.compare_digest(signature, _signature(signed_at))


def _signature(signed_at: str) -> str:
    key = settings().secret_key.encode()
    return hmac.new(key, f"flask doctor at {signed_at}".encode(), "sha256").hexdigest()
