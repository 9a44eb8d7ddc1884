"""The columns and properties that sign-in and Flask-Login need of your user class."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Moment, now
from .host import NO_PASSWORD, PASSWORD, UserKey

NAME_LENGTH = 200
EMAIL_LENGTH = 254
PICTURE_LENGTH = 2048


class SignInUser:
    """A mix-in for the user class.  Sign-in never looks up a user by these columns.

    `name_edited` and `picture_edited` are true after the person has changed the value.  A
    provider's value no longer replaces it.
    """

    id: Mapped[UserKey]
    name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH), index=True)
    email_verified: Mapped[bool] = mapped_column(default=False)
    picture: Mapped[str | None] = mapped_column(String(PICTURE_LENGTH))
    name_edited: Mapped[bool] = mapped_column(default=False)
    picture_edited: Mapped[bool] = mapped_column(default=False)
    is_admin: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[Moment | None]
    created_at: Mapped[Moment] = mapped_column(default=now)

    # Flask-Login reads these.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Return whether this person may sign in, for Flask-Login.  Your class may say more."""
        return self.disabled_at is None

    @property
    def may_sign_in(self) -> bool:
        """Return whether this person may sign in, by sign-in's own column and by yours."""
        return self.disabled_at is None and bool(self.is_active)

    @property
    def has_password(self) -> bool:
        """Return whether this person can also sign in with a password, which your app checks."""
        found = getattr(self, PASSWORD) if PASSWORD else None
        return found not in (None, "", NO_PASSWORD)

    @property
    def initials(self) -> str:
        """Return one or two letters to show in place of a picture."""
        words = (self.name or self.email or "?").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
