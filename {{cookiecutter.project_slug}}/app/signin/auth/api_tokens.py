"""The end of a person's API tokens, which the option `tokens` issues."""

from ..database import delete_rows
from ..models import ApiToken
from .accounts import locked


def end(user_id: int) -> None:
    """Revoke the API tokens of a user, in the current transaction.

    The row of the user is locked, so a refresh that is under way leaves no new token behind.
    """
    locked(user_id)
    delete_rows(ApiToken, ApiToken.user_id == user_id)
