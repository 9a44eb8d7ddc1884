"""The profile form and the deletion form."""

from collections.abc import Iterable

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from ..forms import Form
from ..models import Identity
from ..oauth.claims import printable
from ..user import NAME_LENGTH

INITIALS = "initials"
CURRENT = "current"


class ProfileForm(Form):
    """Name and picture.  The e-mail address comes from the provider and cannot be edited."""

    name = StringField(
        "Display name", validators=[InputRequired("Enter a name."), Length(max=NAME_LENGTH)]
    )
    picture = RadioField("Picture")

    def offer(self, identities: Iterable[tuple[Identity, str]]) -> None:
        """Offer each identity's picture.  The label of its provider comes with each identity.

        The current picture may be none of these, since providers change their picture URLs.
        """
        pictures = [(str(i.id), f"From {label}") for i, label in identities if i.picture]
        self.picture.choices = [(INITIALS, "Initials"), *pictures]
        if self.picture.object_data == CURRENT:
            self.picture.choices.append((CURRENT, "Current picture"))

    def validate_name(self, field: StringField) -> None:
        """Refuse a name without visible characters, or with control characters."""
        field.data = " ".join((field.data or "").split())
        if not field.data or printable(field.data) != field.data:
            raise ValidationError("Enter a name with visible characters.")


class DeleteForm(Form):
    """Confirm account deletion."""

    sure = BooleanField(
        "I understand that this cannot be undone.",
        validators=[InputRequired("Tick the box to continue.")],
    )
