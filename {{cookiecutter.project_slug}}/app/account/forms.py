"""The profile form."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from ..auth.claims import NAME_LENGTH, printable
from ..models import Identity

INITIALS = "initials"
CURRENT = "current"


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """Name and picture.  The address is a provider's word and cannot be edited."""

    name = StringField(
        "Display name", validators=[InputRequired("Enter a name."), Length(max=NAME_LENGTH)]
    )
    picture = RadioField("Picture")

    def offer(self, identities: Iterable[tuple[Identity, str]]) -> None:
        """Let a picture of each identity be chosen; each comes with its provider's label.

        The picture in use may be none of these, since a provider changes its addresses.
        """
        pictures = [(str(i.id), f"From {label}") for i, label in identities if i.picture]
        self.picture.choices = [(INITIALS, "Initials"), *pictures]
        if self.picture.object_data == CURRENT:
            self.picture.choices.append((CURRENT, "As it is now"))

    def validate_name(self, field: StringField) -> None:
        """Refuse a name that cannot be seen."""
        field.data = " ".join((field.data or "").split())
        if not field.data or printable(field.data) != field.data:
            raise ValidationError("Enter a name that can be read.")


class DeleteForm(FlaskForm):  # type: ignore[misc]
    """The last question before everything is gone."""

    sure = BooleanField(
        "I understand that this cannot be undone.",
        validators=[InputRequired("Tick the box to go on.")],
    )
