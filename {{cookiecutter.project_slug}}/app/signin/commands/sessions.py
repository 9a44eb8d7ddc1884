"""`flask sessions`: sign people out."""

import click
from flask.cli import AppGroup

from ..auth import audit
from ..auth import sessions as login_sessions
from ..host import db
from ..models import LoginSession
from .users import ACTOR, find_user

sessions = AppGroup("sessions", help="End sessions.")


@sessions.command("end")
@click.option("--all", "everybody", is_flag=True, help="End sessions of all users.")
@click.option("--user", "who", help="End sessions of one user: a number, or provider:sub.")
def end(everybody: bool, who: str | None) -> None:
    """End sessions.  Each browser is signed out at its next request."""
    if everybody == bool(who):
        raise click.UsageError("Use either --all or --user.")
    theirs = LoginSession.user_id == find_user(who) if who else LoginSession.id.is_not(None)
    user_ids = login_sessions.end(theirs)
    for user_id in set(user_ids):
        audit.record("end_sessions", user_id=user_id, actor=ACTOR)
    db.session.commit()
    click.echo(f"{len(user_ids)} session(s) ended.")
