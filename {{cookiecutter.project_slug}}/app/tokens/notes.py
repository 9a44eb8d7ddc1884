"""An example resource: the notes of the home page.  Copy it for a table of your own."""

from typing import Any

from flask import jsonify, request, url_for
from sqlalchemy import delete, select
from werkzeug.wrappers import Response

from ..home.models import Note, notes_changed
from ..signin.host import db
from .bearer import current_user, token_required
from .errors import ApiError, bp

MOST = 100
USUAL = 20
BODY_LENGTH = 500
MAX_ID = 2**31 - 1


@bp.get("/v1/notes")
@token_required("notes:read")
def list_notes() -> Response:
    """Return this person's notes, the newest first, and the address of the next page.

    `limit` is 1 to 100; `before` is the id of a note: a page begins below it.
    """
    limit, before = _number("limit", USUAL, MOST), _number("before", MAX_ID, MAX_ID)
    mine = Note.user_id == current_user().id, Note.id < before
    rows = db.session.scalars(select(Note).where(*mine).order_by(Note.id.desc()).limit(limit + 1))
    *notes, more = [*rows.all(), None]
    if len(notes) > limit:
        more = notes.pop()
    last = notes[-1].id if more else None
    following = url_for("api.list_notes", limit=limit, before=last) if more else None
    return jsonify(notes=[_plain(note) for note in notes], next=following)


@bp.post("/v1/notes")
@token_required("notes:write")
def create_note() -> tuple[Response, int, dict[str, str]]:
    """Add a note: the JSON `{"body": "…"}`."""
    document = request.get_json(silent=True)
    body = document.get("body") if isinstance(document, dict) else None
    if not isinstance(body, str) or not body.strip() or len(body) > BODY_LENGTH or "\0" in body:
        raise ApiError(
            422, "invalid_note", f'Send JSON: {{"body": "…"}}, 1 to {BODY_LENGTH} characters.'
        )
    note = Note(user_id=current_user().id, body=body.strip())
    db.session.add(note)
    notes_changed(note.user_id)
    db.session.commit()
    return jsonify(_plain(note)), 201, {"Location": url_for("api.delete_note", note_id=note.id)}


@bp.delete("/v1/notes/<int(max=2147483647):note_id>")
@token_required("notes:write")
def delete_note(note_id: int) -> Response:
    """Delete a note of this person."""
    mine = Note.id == note_id, Note.user_id == current_user().id
    gone = delete(Note).where(*mine).returning(Note.id)
    if db.session.scalar(gone) is None:
        raise ApiError(404, "not_found", "You have no such note.")
    notes_changed(current_user().id)
    db.session.commit()
    return Response(status=204)


def _number(name: str, usual: int, most: int) -> int:
    """Return a whole number of the query, from 1 to `most`.  Raises ApiError."""
    text = request.args.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and 1 <= int(text) <= most):
        raise ApiError(400, "invalid_request", f"{name} must be a whole number from 1 to {most}.")
    return int(text)


def _plain(note: Note) -> dict[str, Any]:
    return {"id": note.id, "body": note.body, "created_at": note.created_at.isoformat()}
