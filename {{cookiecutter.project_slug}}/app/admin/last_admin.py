"""There is always an administrator left, also when two remove each other at once."""

from sqlalchemy import func, select, update

from ..signin.auth import accounts
from ..signin.host import db


def has_another(user_id: int) -> bool:
    """Return whether another administrator can sign in; they stay it until the transaction ends.

    The rows of all administrators are written first, in the order of their numbers: whoever comes
    second waits, and then counts what the first one has left.  On SQLite the write alone makes the
    others wait.
    """
    user = accounts.user_class()
    admins = select(user.id).where(user.is_admin).order_by(user.id).with_for_update()
    locked = update(user).where(user.id.in_(admins)).values(created_at=user.created_at)
    db.session.execute(locked.execution_options(synchronize_session=False))
    others = user.is_admin, user.disabled_at.is_(None), user.id != user_id
    return bool(db.session.scalar(select(func.count()).select_from(user).where(*others)))
