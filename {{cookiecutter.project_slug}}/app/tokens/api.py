"""Who a token belongs to, and its end."""

from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from ..signin.auth import audit
from ..signin.database import now
from ..signin.host import db
from ..signin.models import ApiToken
from . import grants
from .bearer import current_token, current_user, token_required
from .errors import bp


@bp.get("/v1/me")
@token_required("profile:read")
def me() -> Response:
    """Return the person whose token this is, and what the token may do."""
    user, token = current_user(), current_token()
    document: dict[str, Any] = {
        "id": str(user.id),
        "name": user.name,
        "email": user.email,
        "email_verified": user.email_verified,
        "picture": user.picture,
        "scope": token.scope,
        "expires_in": int((token.expires_at - now()).total_seconds()),
    }
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.delete("/v1/token")
@token_required()
def end_token() -> Response:
    """Revoke the token of this request: a program signs itself out."""
    token = current_token()
    same = ApiToken.family == token.family if token.family else ApiToken.id == token.id
    grants.revoke(ApiToken.user_id == token.user_id, same)
    audit.record("token_revoked", user_id=token.user_id)
    db.session.commit()
    return Response(status=204)
