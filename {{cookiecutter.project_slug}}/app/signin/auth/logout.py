"""Sign out, here and at the provider.  `/session` returns the current user as JSON."""

import logging
from urllib.parse import urlencode

from flask import flash, jsonify, redirect, render_template, session
from werkzeug.wrappers import Response

from ..host import HOME, db
from ..oauth.authorization import random_secret
from ..oauth.errors import OAuthError
from . import audit, bp, flow, session_rows, sessions, settings

METADATA_SECONDS = 3

log = logging.getLogger(__name__)


@bp.get("/logout")
def logout_page() -> str:
    """Show the button that signs out.  A link must not sign anybody out."""
    return render_template("signin/logout.html")


@bp.post("/logout")
def logout() -> Response:
    """End this browser's session.  The next page offers to sign out at the provider too."""
    this = sessions.current()
    if this:
        user_id, provider = this.user_id, this.provider
        audit.record("sign_out", user_id=user_id, provider=provider)
        sessions.end_this_session()
        db.session.commit()
        sessions.clear_cookie()
        offer = provider_logout(provider)
        if offer:
            session["provider_logout"] = offer
        else:
            flash("You are signed out.", "success")
    elif sessions.is_of_app():
        sessions.clear_cookie()
        flash("You are signed out.", "success")
    return redirect(HOME, code=303)


def provider_logout(provider: str) -> dict[str, str] | None:
    """Return the link that ends the session at a provider and leads back here: `label` and `url`.

    Return None if the provider has no such page or does not respond.  `state` is not checked: the
    return page is the public home page.
    Spec: OpenID Connect RP-Initiated Logout 1.0 §2.
    """
    client = settings().clients.get(provider)
    if client is None:
        return None
    try:
        url = flow().metadata(client.provider, METADATA_SECONDS).get("end_session_endpoint")
    except OAuthError as error:
        log.warning("no link to sign out at %s: %s", provider, error)
        return None
    if not url:
        return None
    query = {
        "client_id": client.client_id,
        client.provider.post_logout_param: f"{settings().public_url}/",
        "state": random_secret(),
    }
    joint = "&" if "?" in url else "?"
    return {"label": client.provider.label, "url": f"{url}{joint}{urlencode(query)}"}


@bp.get("/session")
def session_info() -> tuple[Response, int]:
    """Return the current user as JSON."""
    this = sessions.current()
    if this is None:
        return jsonify(user=None), 401
    user = this.user
    profile = {name: getattr(user, name) for name in ("name", "email", "email_verified")}
    # The pictures of practice people come by plain http.
    https = user.picture if (user.picture or "").startswith("https:") else None
    return jsonify(
        user={"id": str(user.id), "is_admin": user.is_admin, "picture": https, **profile},
        provider=this.provider,
        expires_at=session_rows.ends_at(this).isoformat(),
    ), 200
