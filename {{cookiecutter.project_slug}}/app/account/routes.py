"""The pages under /account.  What they do with identities and sessions is `auth`'s."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from ..auth import audit, auth, identities, routes, sessions
from ..auth.buttons import buttons, mark_file
from ..auth.next_url import safe_next
from ..db import db, now, transaction
from ..models import AuditEvent, Identity, LoginSession
from . import leaving
from .devices import described
from .forms import CURRENT, INITIALS, DeleteForm, ProfileForm

RECENT = timedelta(minutes=10)
PROVIDER_RECENT_SECONDS = 300
SHOWN_EVENTS = 50
LAST = "This is the only way to sign in to your account. Connect another one first."

P = ParamSpec("P")

bp = Blueprint("account", __name__, template_folder="templates", url_prefix="/account")


@bp.before_request
@sessions.login_required  # type: ignore[untyped-decorator]
def signed_in_only() -> None:
    """Every page here is for somebody."""


def recent_sign_in_required(
    view: Callable[P, Response],
) -> Callable[P, Response]:
    """Ask for a fresh sign-in before a step that somebody at an open browser must not take."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        if _current().authenticated_at < now() - RECENT:
            wanted = request.path if request.method == "GET" else request.form.get("back", "")
            wanted = safe_next([wanted or url_for("account.connections")])
            return redirect(url_for("account.confirm", next=wanted), code=303)
        return view(*args, **kwargs)

    return guarded


@bp.route("", methods=["GET", "POST"])
def profile() -> str | Response:
    """Show the profile, and take changes to it."""
    user, mine = _current().user, _identities()
    form = ProfileForm(name=user.name, picture=_chosen_picture(mine))
    form.offer((identity, auth().settings.label(identity.provider)) for identity in mine)
    by_id = {str(identity.id): identity for identity in mine}
    if form.validate_on_submit():
        if form.name.data != user.name:
            user.name, user.name_edited = form.name.data, True
        if form.picture.data != _chosen_picture(mine):
            one = by_id.get(form.picture.data)
            user.picture, user.picture_edited = one.picture if one else None, True
        db.session.commit()
        flash("Saved.", "success")
        return redirect(url_for("account.profile"), code=303)
    return render_template("account/profile.html", form=form, user=user, identities=by_id)


@bp.get("/connections")
def connections() -> str:
    """Show the identities that sign in to this account, and the providers that could."""
    mine = _identities()
    used = {identity.provider for identity in mine}
    clients = auth().settings.clients
    labels = {identity.id: auth().settings.label(identity.provider) for identity in mine}
    usable = {identity.id for identity in mine if identities.works(identity, clients)}
    return render_template(
        "account/connections.html",
        identities=mine,
        labels=labels,
        marks={identity.id: mark_file(identity.provider) for identity in mine},
        usable=usable,
        removable=len(usable) > 1,
        buttons=[button for button in buttons(clients) if button["name"] not in used],
    )


@bp.post("/connections/<provider>")
@recent_sign_in_required
def link(provider: str) -> Response:
    """Start connecting another sign-in: the same journey, for another purpose."""
    client = routes.client_or_404(provider)
    back = url_for("account.connections")
    return routes.begin(client, purpose="link", next_url=back, **_for_this_session())


@bp.post("/connections/<int:identity_id>/unlink")
@recent_sign_in_required
def unlink(identity_id: int) -> Response:
    """Disconnect a sign-in, unless it is the last that works."""
    current = _current()
    user_id, clients = current.user_id, auth().settings.clients

    def work() -> Identity:
        gone = identities.unlink(user_id, identity_id, clients, keep=current)
        audit.record("unlink", user_id=user_id, provider=gone.provider)
        return gone

    try:
        gone = transaction(work)
        flash(f"{auth().settings.label(gone.provider)} is disconnected.", "success")
    except identities.IdentityError as error:
        if error.reason == "no_such_identity":
            abort(404)
        flash(LAST, "error")
    return redirect(url_for("account.connections"), code=303)


@bp.get("/sessions")
def devices() -> str:
    """Show the browsers that are signed in."""
    mine = select(LoginSession).where(LoginSession.user_id == _current().user_id)
    mine = mine.where(LoginSession.expires_at > now()).order_by(LoginSession.last_seen_at.desc())
    rows = [row for row in db.session.scalars(mine) if sessions.ends_at(row) > now()]
    rows.sort(key=lambda row: row.id != _current().id)
    return render_template(
        "account/devices.html",
        rows=[(row, described(row.user_agent)) for row in rows],
        current_id=_current().id,
        label=auth().settings.label,
    )


@bp.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> Response:
    """Sign one browser out."""
    _end(LoginSession.id == session_id, "That device is signed out.")
    return redirect(url_for("account.devices"), code=303)


@bp.post("/sessions/end-others")
def end_other_sessions() -> Response:
    """Sign every other browser out."""
    _end(LoginSession.id != _current().id, "All other devices are signed out.")
    return redirect(url_for("account.devices"), code=303)


def _end(which: Any, message: str) -> None:
    sessions.end(_current().user_id, which)
    audit.record("end_sessions", user_id=_current().user_id)
    db.session.commit()
    flash(message, "success")


@bp.get("/activity")
def activity() -> str:
    """Show what happened to this account lately."""
    mine = select(AuditEvent).where(AuditEvent.user_id == _current().user_id)
    events = db.session.scalars(mine.order_by(AuditEvent.id.desc()).limit(SHOWN_EVENTS)).all()
    label = auth().settings.label
    return render_template("account/activity.html", events=events, label=label)


@bp.get("/reauthenticate")
def confirm() -> str:
    """Ask for a sign-in, with a provider of this account, before something that matters."""
    used = {identity.provider for identity in _identities()}
    return render_template(
        "account/confirm.html",
        buttons=[button for button in buttons(used) if button["configured"]],
        next=safe_next(request.args.getlist("next")),
    )


@bp.post("/reauthenticate/<provider>")
def reauthenticate(provider: str) -> Response:
    """Start proving who it is."""
    client = routes.client_or_404(provider)
    wanted = safe_next(request.form.getlist("next"))
    what_for = {"purpose": "reauthenticate", "next_url": wanted, **_for_this_session()}
    return routes.begin(client, max_age=PROVIDER_RECENT_SECONDS, **what_for)


@bp.route("/export", methods=["GET", "POST"])
def export() -> Response | str:
    """Offer everything that is kept about this user as a file."""
    return _download() if request.method == "POST" else render_template("account/export.html")


@recent_sign_in_required
def _download() -> Response:
    user_id = _current().user_id
    text = json.dumps(leaving.export(user_id), indent=2, ensure_ascii=False)
    audit.record("export", user_id=user_id)
    db.session.commit()
    headers = {"Content-Disposition": 'attachment; filename="account.json"'}
    return Response(text, headers=headers, content_type="application/json")


@bp.route("/delete", methods=["GET", "POST"])
def delete() -> Response | str:
    """Ask whether to delete the account, and do it."""
    form = DeleteForm()
    if form.validate_on_submit():
        return _delete()
    return render_template("account/delete.html", form=form)


@recent_sign_in_required
def _delete() -> Response:
    user_id = _current().user_id
    leaving.delete_account(user_id)
    audit.record("delete_account")
    db.session.commit()
    sessions.forget()
    flash("Your account and everything in it is deleted.", "success")
    return redirect(url_for("home.index"), code=303)


def _current() -> LoginSession:
    return sessions.current() or abort(401)


def _identities() -> list[Identity]:
    mine = select(Identity).where(Identity.user_id == _current().user_id).order_by(Identity.id)
    return list(db.session.scalars(mine))


def _for_this_session() -> dict[str, int]:
    return {"session_id": _current().id, "user_id": _current().user_id}


def _chosen_picture(mine: list[Identity]) -> str:
    picture = _current().user.picture
    if not picture:
        return INITIALS
    return next((str(one.id) for one in mine if one.picture == picture), CURRENT)
