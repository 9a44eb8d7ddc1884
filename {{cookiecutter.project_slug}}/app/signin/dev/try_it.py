"""Try a provider: a sign-in that makes no account, and shows what came back."""

import secrets
from dataclasses import asdict

from flask import abort, current_app, redirect, render_template, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..auth import accounts, admission, client_or_404, settings
from ..auth.errors import IdentityError
from ..auth.limits import count_starts
from ..auth.pending import start_login
from ..models import PendingLogin
from ..oauth.errors import OAuthError
from ..oauth.provider import Grant
from .setup import bp

PURPOSE = "try"
# How many results are kept, in the memory of this process.
KEPT = 20


@bp.post("/try/<name>")
@count_starts
def start(name: str) -> Response:
    """Redirect to a provider, for a sign-in that changes nothing."""
    login = PendingLogin(purpose=PURPOSE, next_url=url_for("signin_dev.setup", _anchor=name))
    return start_login(client_or_404(name), login)


def finish(grant: Grant, login: PendingLogin) -> Response:
    """Keep what came back for one page, and redirect to it."""
    results = current_app.extensions.setdefault("signin_tries", {})
    for old in list(results)[: 1 - KEPT]:
        del results[old]
    key = secrets.token_urlsafe(16)
    results[key] = {"label": grant.client.provider.label, "name": grant.client.provider.name}
    results[key] |= {"claims": _shown(grant), "meaning": _meaning(grant)}
    return redirect(url_for("signin_dev.tried", key=key), code=303)


@bp.get("/tried/<key>")
def tried(key: str) -> str:
    """Show what came back."""
    found = current_app.extensions.get("signin_tries", {}).get(key) or abort(404)
    return render_template("signin/dev/tried.html", **found)


def _shown(grant: Grant) -> dict[str, object]:
    return {name: value for name, value in asdict(grant.claims).items() if name != "unread"}


def _meaning(grant: Grant) -> str:
    """Return what a sign-in of this person would do now."""
    provider, claims = grant.client.provider, grant.claims
    try:
        identity = accounts.find(provider, claims)
        if identity is not None:
            return f"They would be signed in to the account of user {identity.user_id}."
        same = accounts.with_verified_email(claims)
        if same:
            known = ", ".join(map(str, same))
            return f"The address belongs to user {known}: they would have to sign in there first."
        admission.admit_new(settings(), claims, None)
    except (IdentityError, OAuthError) as error:
        return f"They would be refused: {error.reason}."
    except SQLAlchemyError:
        return "The database does not answer, so this could not be looked up."
    return "They would get a new account."
