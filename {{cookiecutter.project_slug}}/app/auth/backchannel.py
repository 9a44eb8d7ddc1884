"""The provider ends sessions: it posts a Logout Token when somebody signs out there.

Spec: OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8.
"""

from flask import abort, jsonify, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from ..csrf import csrf
from ..db import db
from ..models import Identity, LoginSession
from ..oauth.errors import OAuthError
from . import audit, auth, sessions
from .limits import count_bad_logouts
from .routes import bp, client_or_404


@bp.post("/backchannel-logout/<provider>")
@csrf.exempt  # type: ignore[untyped-decorator]
@count_bad_logouts
def backchannel_logout(provider: str) -> Response | tuple[Response, int] | tuple[str, int]:
    """End the sessions that a Logout Token names: those of a session there, or of a person."""
    client = client_or_404(provider)
    if not client.provider.openid_connect:
        abort(404)
    try:
        sub, sid = auth().flow.read_logout_token(client, request.form.get("logout_token", ""))
    except OAuthError as error:
        audit.note("backchannel_logout_refused", provider=provider, reason=error.reason)
        return jsonify(error="invalid_request"), 400
    named = [LoginSession.provider == provider]
    if sid is not None:
        named.append(LoginSession.sid == sid)
    if sub is not None:
        theirs = select(Identity.id).where(Identity.provider == provider, Identity.sub == sub)
        named.append(LoginSession.identity_id.in_(theirs))
    for user_id in sessions.end_named(*named):
        audit.record("backchannel_logout", user_id=user_id, provider=provider)
    db.session.commit()
    return "", 200
