"""Sign in a program that has no browser of its own: a command line, a television.

The program asks for two codes, shows one of them to the person, and asks with the other one until
the person has agreed on a page of this app.  Spec: RFC 8628.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ..signin.account.recent_sign_in import recent_sign_in_required
from ..signin.auth import audit, sessions, settings
from ..signin.auth.accounts import locked
from ..signin.auth.limits import count_starts, counted
from ..signin.database import hash_of, now
from ..signin.host import db
from ..signin.models import ApiToken
from ..signin.oauth.claims import printable
from . import formats, grants, scopes
from .bearer import count_bad_token
from .errors import ApiError, bp
from .personal import bp as pages

LIFETIME = timedelta(minutes=15)
INTERVAL_SECONDS = 5
# Networks delay requests: a program that waits the interval must not be told to slow down.
LEEWAY = timedelta(milliseconds=500)
NAME_LENGTH = 100
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@bp.post("/v1/device")
@count_starts
def device_authorization() -> Response:
    """Give a program its two codes.  Spec: RFC 8628 §3.1 and §3.2."""
    name = " ".join(printable(request.form.get("client_id", "")).split())[:NAME_LENGTH]
    if not name:
        raise ApiError(400, "invalid_request", "client_id is missing: the name of your program.")
    scope = scopes.known(request.form.get("scope", ""))
    if not scope:
        known = ", ".join(scopes.SCOPES)
        raise ApiError(400, "invalid_scope", f"scope must be some of: {known}.")
    device_code, user_code = _added(name, " ".join(scope))
    page = f"{settings().public_url}{url_for('tokens.device')}"
    return _uncached(
        {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": int(LIFETIME.total_seconds()),
            "interval": INTERVAL_SECONDS,
        }
    )


def _added(name: str, scope: str) -> tuple[str, str]:
    """Store a request, and commit; return its device code and its user code."""
    while True:
        device_code, user_code = formats.new("dev"), formats.new_user_code()
        asked = ApiToken(
            kind="device",
            name=name,
            scope=scope,
            prefix="",
            token_hash=hash_of(device_code),
            user_code_hash=hash_of(user_code),
            expires_at=now() + LIFETIME,
            last_used_address=request.remote_addr,
        )
        db.session.add(asked)
        try:
            db.session.commit()
        except IntegrityError:
            # The user code is another request's.
            db.session.rollback()
        else:
            return device_code, user_code


@bp.post("/v1/token")
def token() -> Response:
    """Exchange a device code or a refresh token.  Wrong ones are counted.

    Spec: RFC 8628 §3.4 and §3.5, RFC 6749 §6.
    """
    try:
        return _uncached(_granted(request.form))
    except ApiError as problem:
        if problem.error == "invalid_grant":
            count_bad_token()
        raise


def _granted(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the token response.  Raises ApiError."""
    match form.get("grant_type"):
        case "refresh_token":
            return grants.refreshed(form.get("refresh_token", ""))
        case grant_type if grant_type == DEVICE_CODE:
            return _exchanged(form.get("device_code", ""))
    raise ApiError(
        400, "unsupported_grant_type", f"grant_type must be {DEVICE_CODE} or refresh_token."
    )


def _exchanged(device_code: str) -> dict[str, Any]:
    """Return the token response for an approved device code, once.  Raises ApiError."""
    asked = _find(ApiToken.token_hash, device_code) if formats.is_ours(device_code, "dev") else None
    if asked is None:
        raise ApiError(400, "invalid_grant", "The device code is unknown or used: ask for another.")
    if asked.expires_at <= now():
        raise ApiError(400, "expired_token", "Nobody agreed in time: ask for another device code.")
    if asked.replaced_at:
        grants.revoke(ApiToken.id == asked.id)
        db.session.commit()
        raise ApiError(400, "access_denied", "The person refused.")
    if asked.user_id is None:
        raise _polled(asked)
    user = locked(asked.user_id)
    if not grants.revoke(ApiToken.id == asked.id) or not user.may_sign_in:
        db.session.commit()
        raise ApiError(400, "invalid_grant", "The device code is used: ask for another.")
    response = grants.pair(user.id, asked.name, asked.scope)
    db.session.commit()
    return response


def _polled(asked: ApiToken) -> ApiError:
    """Remember when a program asked, and return the error that tells it to wait."""
    moment, last = now(), asked.last_used_at
    polled = update(ApiToken).where(ApiToken.id == asked.id).values(last_used_at=moment)
    db.session.execute(polled.execution_options(synchronize_session=False))
    db.session.commit()
    if last and last > moment - timedelta(seconds=INTERVAL_SECONDS) + LEEWAY:
        return ApiError(400, "slow_down", f"Wait {INTERVAL_SECONDS} seconds longer each time.")
    return ApiError(400, "authorization_pending", "The person has not agreed yet.")


@pages.get("/device")
@sessions.login_required
@recent_sign_in_required
def device() -> str:
    """Ask for the code that the program shows, or show what that program asks for."""
    code = request.args.get("user_code", "")
    asked = _asked(code) if code else None
    return render_template(
        "tokens/device.html",
        code=formats.typed_user_code(code) if code else "",
        asked=asked,
        wrong=bool(code and not asked),
        permissions=[scopes.SCOPES[name] for name in asked.scope.split()] if asked else [],
    )


@pages.post("/device")
@sessions.login_required
@recent_sign_in_required
def answer_device() -> Response:
    """Agree to what a program asks for, or refuse it."""
    code = request.form.get("user_code", "")
    asked = _asked(code)
    if asked is None:
        return redirect(url_for("tokens.device", user_code=code), code=303)
    agreed = request.form.get("answer") == "agree"
    user_id = sessions.user().id
    values: dict[str, Any] = {"user_id": user_id} if agreed else {"replaced_at": now()}
    open_one = ApiToken.id == asked.id, ApiToken.user_id.is_(None), ApiToken.replaced_at.is_(None)
    answered = update(ApiToken).where(*open_one).values(user_code_hash=None, **values)
    db.session.execute(answered.execution_options(synchronize_session=False))
    audit.record("device_approved" if agreed else "device_refused", user_id=user_id)
    db.session.commit()
    if agreed:
        flash(f"“{asked.name}” is signed in. Go back to it.", "success")
    else:
        flash(f"“{asked.name}” was refused.", "info")
    return redirect(url_for("tokens.personal"), code=303)


def _asked(code: str) -> ApiToken | None:
    """Return the open request with a user code.  Wrong codes are counted."""
    asked = _find(ApiToken.user_code_hash, formats.typed_user_code(code))
    if asked is not None and asked.expires_at > now():
        return asked
    count_wrong_code()
    return None


@counted(reason="too_many_wrong_codes")
def count_wrong_code() -> None:
    """Count a code that no program has, so that nobody can try them all.  Spec: RFC 8628 §5.1."""


def _find(column: Any, secret: str) -> ApiToken | None:
    wanted = select(ApiToken).where(column == hash_of(secret), ApiToken.kind == "device")
    found: ApiToken | None = db.session.scalar(wanted)
    return found


def _uncached(document: dict[str, Any]) -> Response:
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response
