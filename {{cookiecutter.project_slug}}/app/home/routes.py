"""The home page, and an example page that requires sign-in."""

from flask import Blueprint, redirect, render_template, session, url_for
from sqlalchemy import delete, select
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from ..db import db
from ..models import User
from ..signin.auth import sessions, settings
from ..signin.forms import Form
from .models import Note

bp = Blueprint("home", __name__, template_folder="templates")


class NoteForm(Form):
    """One line of text."""

    body = StringField("Note", validators=[DataRequired(), Length(max=500)])


@bp.get("/")
def index() -> str:
    """Show the home page."""
    current = sessions.current()
    return render_template(
        "home/index.html",
        signed_in_with=settings().label(current.provider) if current else None,
        provider_logout=session.pop("provider_logout", None),
    )


@bp.route("/notes", methods=["GET", "POST"])
@sessions.login_required
def notes() -> str | Response:
    """Show the current user's notes; add a new one."""
    user = sessions.user()
    form = NoteForm()
    if form.validate_on_submit():
        db.session.add(Note(user_id=user.id, body=form.body.data))
        db.session.commit()
        return redirect(url_for("home.notes"), code=303)
    newest = select(Note).where(Note.user_id == user.id).order_by(Note.id.desc()).limit(100)
    return render_template("home/notes.html", form=form, notes=db.session.scalars(newest).all())


@bp.post("/notes/<int(max=2147483647):note_id>/delete")
@sessions.login_required
def delete_note(note_id: int) -> Response:
    """Delete a note of the current user."""
    mine = Note.id == note_id, Note.user_id == sessions.user().id
    db.session.execute(delete(Note).where(*mine))
    db.session.commit()
    return redirect(url_for("home.notes"), code=303)


def welcome(user: User) -> None:
    """Set up a new account.

    It runs in the transaction that creates the account, so both are stored or neither.  On a
    conflict with another request the transaction is repeated, and this function runs twice: do not
    send mail from here.
    """
    db.session.add(Note(user_id=user.id, body="Welcome! Add your own notes here."))
