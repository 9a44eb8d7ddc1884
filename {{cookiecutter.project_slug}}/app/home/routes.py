"""The home page, and one page that only signed-in people see."""

from flask import Blueprint, redirect, render_template, session, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from ..auth import auth, sessions
from ..db import db
from ..models import User
from .models import Note

bp = Blueprint("home", __name__, template_folder="templates")


class NoteForm(FlaskForm):  # type: ignore[misc]
    """One line of text."""

    body = StringField("Note", validators=[DataRequired(), Length(max=500)])


@bp.get("/")
def index() -> str:
    """Say who is signed in."""
    current = sessions.current()
    return render_template(
        "home/index.html",
        signed_in_with=auth().settings.label(current.provider) if current else None,
        provider_logout=session.pop("provider_logout", None),
    )


@bp.route("/notes", methods=["GET", "POST"])
@sessions.login_required  # type: ignore[untyped-decorator]
def notes() -> str | Response:
    """Show the notes of the one who asks, and take a new one."""
    user = sessions.user()
    form = NoteForm()
    if form.validate_on_submit():
        db.session.add(Note(user_id=user.id, body=form.body.data))
        db.session.commit()
        return redirect(url_for("home.notes"), code=303)
    mine = select(Note).where(Note.user_id == user.id).order_by(Note.id.desc()).limit(100)
    return render_template("home/notes.html", form=form, notes=db.session.scalars(mine).all())


def welcome(user: User) -> None:
    """Called once, when somebody signs in for the first time.

    Runs in the transaction that makes the account: what is added here is there, or neither is.
    """
    db.session.add(Note(user_id=user.id, body="This note was made when you first signed in."))
