"""What is kept about a person: see what happened, take it along, delete it."""

import json

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from ..auth import audit, auth, sessions
from ..db import db
from ..models import AuditEvent
from . import leaving
from .blueprint import bp, current
from .forms import DeleteForm
from .recent import recent_sign_in_required

SHOWN_EVENTS = 50


@bp.get("/activity")
def activity() -> str:
    """Show what happened to this account lately."""
    mine = select(AuditEvent).where(AuditEvent.user_id == current().user_id)
    events = db.session.scalars(mine.order_by(AuditEvent.id.desc()).limit(SHOWN_EVENTS)).all()
    label = auth().settings.label
    return render_template("account/activity.html", events=events, label=label)


@bp.route("/export", methods=["GET", "POST"])
def export() -> Response | str:
    """Offer everything that is kept about this user as a file."""
    return _download() if request.method == "POST" else render_template("account/export.html")


@recent_sign_in_required
def _download() -> Response:
    user_id = current().user_id
    text = json.dumps(leaving.export(user_id), indent=2, ensure_ascii=False, default=str)
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
    user_id = current().user_id
    leaving.delete_account(user_id)
    audit.record("delete_account")
    db.session.commit()
    sessions.forget()
    flash("Your account and everything in it is deleted.", "success")
    return redirect(url_for("home.index"), code=303)
