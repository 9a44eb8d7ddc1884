"""Your models: the user, and tables that several of your pages use."""

from sqlalchemy.orm import Mapped, mapped_column

from .db import Base
from .signin.user import SignInUser


class User(SignInUser, Base):
    """A person with an account.  `SignInUser` has the columns that sign-in needs."""

    __tablename__ = "users"
    # IDs are never reused.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
