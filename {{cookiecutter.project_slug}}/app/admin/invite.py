"""Make and withdraw invitations."""

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Select, select
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from ..signin.account.recent_sign_in import ask_again, is_recent
from ..signin.auth import invitations as links
from ..signin.auth import settings
from ..signin.database import transaction
from ..signin.forms import Form
from ..signin.host import db
from ..signin.models import Invitation
from ..tables import csv_file, read, wants_csv
from ..tables.declaration import whole_number
from .blueprint import actor, bp
from .tables import INVITATIONS


class InvitationForm(Form):
    """A new invitation."""

    note = StringField("Note", validators=[Length(max=links.NOTE_LENGTH)])
    days = IntegerField(
        "Days", default=7, validators=[InputRequired(), NumberRange(1, links.MAX_DAYS)]
    )


@bp.route("/invitations", methods=["GET", "POST"])
def invitations() -> Response | str:
    """Show the invitations; make or withdraw one.

    The link of a new one is shown in the answer to the form and nowhere else.
    """
    form, link = InvitationForm(), ""
    if request.method == "POST" and not is_recent():
        return ask_again()
    if "withdraw" in request.form:
        return _withdraw(request.form["withdraw"])
    if form.validate_on_submit():
        days, note, by = form.days.data or 7, form.note.data or None, actor()
        token, _ = transaction(lambda: links.create(days, note, by))
        link = f"{settings().public_url}/invite/{token}"
        form = InvitationForm(formdata=None)
    everything: Select[tuple[Invitation]] = select(Invitation)
    if wants_csv():
        return csv_file(INVITATIONS, everything)
    page = read(INVITATIONS, everything)
    return render_template(
        "admin/invitations.html",
        form=form,
        link=link,
        page=page,
        state=links.state,
        signup=settings().signup,
    )


def _withdraw(number: str) -> Response:
    invitation = links.find(whole_number(number) or 0)
    if invitation is None:
        abort(404)
    if links.state(invitation) == "open":
        links.revoke(invitation, actor())
        db.session.commit()
        flash("The invitation is withdrawn: its link does not work any more.", "success")
    else:
        flash(f"Nothing to withdraw: this invitation is {links.state(invitation)}.", "error")
    return redirect(url_for("admin.invitations"), code=303)
