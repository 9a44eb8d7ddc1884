"""The base class of forms."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField


class Form(FlaskForm):
    """A form whose texts every database can store: PostgreSQL refuses NUL characters."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether all fields are valid; each field has its errors."""
        valid: bool = super().validate(extra_validators)
        for field in self:
            if isinstance(field, StringField) and "\0" in (field.data or "") and not field.errors:
                field.errors = ["Remove the invisible characters."]
                valid = False
        return valid
