"""An example: all pages of a user with a list of notes are told when a note is added or changed."""

from flask import Flask

from .events import publish


def init_app(app: Flask) -> None:
    """Ask to be told of changed notes."""
    app.extensions.setdefault("notes_changed", []).append(tell)


def tell(user_id: int) -> None:
    """Tell the pages of a user.  It is called in the transaction that changes the notes."""
    publish(user_id, {"changed": "notes"})
