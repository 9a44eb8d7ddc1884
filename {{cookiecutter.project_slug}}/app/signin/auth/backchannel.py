"""Back-Channel Logout: the provider posts a Logout Token when somebody signs out there.

Spec: OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8.
"""

from flask import abort, jsonify, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from ..host import db
from ..models import Identity, LoginSession
from ..oauth.errors import OAuthError
from . import audit, bp, client_or_404, flow, sessions
from .protection import count_bad_logouts, csrf_exempt


@bp.post("/backchannel-logout/<provider>")
@csrf_exempt
@count_bad_logouts
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
        reason, detail = error.reason, str(error)
        audit.log_only("logout_refused", provider=provider, reason=reason, detail=detail)
        return jsonify(error="invalid_request"), 400
    named = [LoginSession.provider == provider]
    if logout.sid is not None:
        named.append(LoginSession.sid == logout.sid)
    if logout.sub is not None:
        same_sub = Identity.provider == provider, Identity.sub == logout.sub
        named.append(LoginSession.identity_id.in_(select(Identity.id).where(*same_sub)))
    for user_id in set(sessions.end(*named)):
        audit.record("backchannel_logout", user_id=user_id, provider=provider)
    db.session.commit()
    return "", 200
