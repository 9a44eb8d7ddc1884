"""Tell `flask doctor` how its request arrived: what the proxies in front of the app have said.

Only who has SECRET_KEY can ask; to all others there is no such page.
"""

from flask import Response, abort, current_app, jsonify, request
from itsdangerous import BadData, URLSafeTimedSerializer

from . import bp

PATH = "/login/doctor/arrival"
HEADER = "X-Doctor"
SECONDS = 60


def ticket() -> str:
    """Return what a request to the page must have in its header."""
    return _serializer().dumps("")


@bp.get(PATH)
def arrival() -> Response:
    """Return the scheme and the host that the app sees, and how many proxies named an address."""
    try:
        _serializer().loads(request.headers.get(HEADER, ""), max_age=SECONDS)
    except BadData:
        abort(404)
    named = [one for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    return jsonify(scheme=request.scheme, host=request.host, proxies=len(named))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="flask doctor")
