"""Back-Channel Logout: the provider posts a Logout Token when somebody signs out there.

Spec: OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8.
"""

from datetime import UTC, datetime, timedelta

from flask import abort, jsonify, request
from werkzeug.wrappers import Response

from ..host import db
from ..models import LoginSession
from ..oauth.claims import storable_id
from ..oauth.errors import OAuthError
from ..oauth.id_token import LEEWAY_SECONDS
from ..oauth.logout_token import Logout
from . import audit, bp, client_or_404, flow, session_rows
from .limits import count_bad_logout
from .protection import csrf_exempt


@bp.post("/backchannel-logout/<provider>")
@csrf_exempt
def backchannel_logout(provider: str) -> tuple[Response | str, int]:
    """End the sessions that a Logout Token names.

    It names one provider session, or all sessions of one person.
    """
    client = client_or_404(provider)
    if not client.provider.openid_connect:
        abort(404)
    try:
        logout = flow().read_logout_token(client, request.form.get("logout_token", ""))
    except OAuthError as error:
        count_bad_logout()
        reason, detail = error.reason, str(error)
        audit.log_only("logout_refused", provider=provider, reason=reason, detail=detail)
        return jsonify(error="invalid_request"), 400
    for user_id in set(_end_sessions(provider, logout)):
        audit.record("backchannel_logout", user_id=user_id, provider=provider)
    db.session.commit()
    return "", 200


def _end_sessions(provider: str, logout: Logout) -> list[int]:
    """End the sessions that a Logout Token names; return the ids of their users.

    Sessions that began after the token was issued stay, so a token that is sent again does not end
    them.  A `sid` that no session has may be of a session that was started without one: then all
    such sessions of the person end.
    """
    latest = datetime.fromtimestamp(logout.issued_at, UTC) + timedelta(seconds=LEEWAY_SECONDS)
    named = [LoginSession.provider == provider, LoginSession.created_at <= latest]
    if logout.sub is not None:
        named.append(LoginSession.sub == logout.sub)
    if logout.sid is None:
        return session_rows.end(*named)
    ended: list[int] = []
    if storable_id(logout.sid):
        ended = session_rows.end(*named, LoginSession.sid == logout.sid)
    if logout.sub is not None and not ended:
        ended = session_rows.end(*named, LoginSession.sid.is_(None))
    return ended
