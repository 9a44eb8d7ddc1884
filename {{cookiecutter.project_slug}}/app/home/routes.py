"""The home page, and an example page that requires sign-in."""

from flask import Blueprint, abort, redirect, render_template, session, url_for
from sqlalchemy import delete, select
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from ..db import db
from ..models import User
from ..signin.auth import sessions
from ..signin.auth.buttons import shown
from ..signin.forms import Form
from ..tables import Column, Refused, Table, asked_of, csv_file, edit, read, wants_csv
from .models import Note, notes_changed

bp = Blueprint("home", __name__, template_folder="templates")

BODY = (DataRequired("Write something."), Length(max=500))
NOTES = Table(
    name="notes",
    label="Your notes",
    model=Note,
    columns=(
        Column("body", "Note", searched=True, sorted=True, edit=BODY),
        Column("created_at", "Added", sorted=True, grows=True),
    ),
)


class NoteForm(Form):
    """One line of text."""

    body = StringField("Note", validators=BODY)


@bp.get("/")
def index() -> str:
    """Show the home page."""
    current = sessions.current()
    return render_template(
        "home/index.html",
        signed_in_with=shown(current.provider) if current else None,
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
        notes_changed(user.id)
        db.session.commit()
        return redirect(url_for("home.notes"), code=303)
    if wants_csv():
        return csv_file(NOTES, select(Note).where(Note.user_id == user.id))
    return _page(form)


@bp.post("/notes/<int(max=2147483647):note_id>/edit")
@sessions.login_required
def edit_note(note_id: int) -> Response | tuple[str, int]:
    """Save a cell of the table: a note of the current user."""
    mine = Note.id == note_id, Note.user_id == sessions.user().id
    note = db.session.scalar(select(Note).where(*mine)) or abort(404)
    if refused := edit(NOTES, note):
        return _page(NoteForm(formdata=None), refused), 422
    notes_changed(note.user_id)
    db.session.commit()
    return redirect(f"{url_for('home.notes')}?{asked_of(NOTES).query()}", code=303)


def _page(form: NoteForm, refused: Refused | None = None) -> str:
    """Return the page with the table.  `refused` is a value that was not saved."""
    page = read(
        NOTES,
        select(Note).where(Note.user_id == sessions.user().id),
        edit_url=lambda note: url_for("home.edit_note", note_id=note.id),
        refused=refused,
        address=url_for("home.notes"),
    )
    return render_template("home/notes.html", form=form, page=page)


@bp.post("/notes/<int(max=2147483647):note_id>/delete")
@sessions.login_required
def delete_note(note_id: int) -> Response:
    """Delete a note of the current user."""
    user_id = sessions.user().id
    db.session.execute(delete(Note).where(Note.id == note_id, Note.user_id == user_id))
    notes_changed(user_id)
    db.session.commit()
    return redirect(url_for("home.notes"), code=303)


def welcome(user: User) -> None:
    """Set up a new account.

    It runs in the transaction that creates the account, so both are stored or neither.  On a
    conflict with another request the transaction is repeated, and this function runs twice: do not
    send mail from here.
    """
    db.session.add(Note(user_id=user.id, body="Welcome! Add your own notes here."))
