"""The pages around a sign-in: errors, signing out, who am I, invitations, a known address."""

import re
import secrets
from urllib.parse import urlencode

from flask import abort, flash, jsonify, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ..db import db, transaction
from ..models import Identity, LoginSession
from . import arrivals, audit, auth, pages, policy, sessions, waiting
from .buttons import buttons
from .identities import same_address as users_with_address
from .next_url import HOME, safe_next
from .routes import bp, client_or_404


@bp.get("/login/error/<code>")
def error(code: str) -> tuple[str, int]:
    """Show the page of an error, with its status."""
    status = pages.STATUSES.get(code) or abort(404)
    shown = request.args.get("r", "")
    return render_template(
        f"auth/errors/{code}.html",
        status=status,
        request_id_shown=shown if re.fullmatch(r"[0-9a-f]{16}", shown) else None,
        next=safe_next(request.args.getlist("next")),
    ), status


@bp.get("/login/same-address")
def same_address() -> str | Response:
    """Tell somebody new that their address is known here, and how to go on."""
    row = waiting.look()
    if row is None:
        return redirect(url_for("auth.login"), code=303)
    provider, claims = waiting.read(row.waiting or "")
    used = {name for names in users_with_address(claims).values() for name in names}
    settings = auth().settings
    return render_template(
        "auth/same_address.html",
        new=settings.label(provider),
        email=claims.email,
        buttons=[button for button in buttons(used) if button["configured"]],
        next=row.next_url,
        may_sign_up=settings.signup == "open"
        or (settings.signup == "invite" and "invitation" in session),
    )


@bp.post("/login/same-address")
def separate_account() -> Response:
    """Make an account of its own for the identity that waits."""
    row = waiting.take()
    if row is None:
        flash("That took too long. Sign in again.", "info")
        return redirect(url_for("auth.login"), code=303)
    provider, claims = waiting.read(row.waiting or "")
    client = client_or_404(provider)

    def work() -> tuple[Identity, str]:
        known = arrivals.known(client, claims)
        identity = known or arrivals.sign_up(client, claims, session.get("invitation"))
        return identity, sessions.open_session(identity, claims, None)

    identity, key = transaction(work)
    return arrivals.signed_in(identity, key, row.next_url)


@bp.get("/invite/<token>")
def invite(token: str) -> Response:
    """Take an invitation to the login page; only its number stands in the cookie."""
    invitation = policy.open_invitation(token)
    if invitation is None:
        return redirect(url_for("auth.error", code="invitation_used"), code=303)
    if auth().settings.signup == "closed":
        return redirect(url_for("auth.error", code="signup_closed"), code=303)
    session["invitation"] = invitation.id
    flash("You are invited. Choose how you want to sign in from now on.", "info")
    return redirect(url_for("auth.login"), code=303)


@bp.post("/logout")
def logout() -> Response:
    """End this browser's session.  The provider's own is offered to be ended next."""
    current = sessions.current()
    if current:
        audit.record("sign_out", user_id=current.user_id, provider=current.provider)
        audit.forget_old(auth().settings.audit_days)
        sessions.log_out()
        db.session.commit()
        sessions.forget()
        if current.logout_url:
            session["provider_logout"] = _provider_logout(current)
    return redirect(HOME, code=303)


def _provider_logout(current: LoginSession) -> dict[str, str] | None:
    """Return the link that ends the session at the provider, and comes back here.

    Nothing depends on the `state`: whoever comes back finds the home page, signed out.
    Spec: OpenID Connect RP-Initiated Logout 1.0 §2.
    """
    settings = auth().settings
    client = settings.clients.get(current.provider)
    if client is None:
        return None
    query = {
        "client_id": client.client_id,
        "post_logout_redirect_uri": f"{settings.public_url}/",
        "state": secrets.token_urlsafe(16),
    }
    joint = "&" if "?" in (current.logout_url or "") else "?"
    url = f"{current.logout_url}{joint}{urlencode(query)}"
    return {"label": client.provider.label, "url": url}


@bp.get("/session")
def session_info() -> tuple[Response, int]:
    """Say as JSON who is signed in."""
    current = sessions.current()
    if current is None:
        return jsonify(user=None), 401
    user = current.user
    shown = {name: getattr(user, name) for name in ("name", "email", "email_verified", "picture")}
    return jsonify(
        user={"id": str(user.id), "is_admin": user.is_admin, **shown},
        provider=current.provider,
        expires_at=sessions.ends_at(current).isoformat(),
    ), 200
