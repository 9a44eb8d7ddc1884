"""An example table."""

from flask import current_app
from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base
from ..signin.database import Moment, now


class Note(Base):
    """A note of a user."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment] = mapped_column(default=now)


def notes_changed(user_id: int) -> None:
    """Call this in each transaction that changes a user's notes.

    It tells whoever asked for it: a function in `app.extensions["notes_changed"]`.
    """
    for tell in current_app.extensions.get("notes_changed", ()):
        tell(user_id)
