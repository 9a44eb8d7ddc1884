"""Shared by all commands: how they print, and how they find a user."""

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from ..auth import accounts
from ..host import UserKey, db
from ..models import Identity
from ..readiness import connection_problem, database_problem
from ..user import SignInUser

ACTOR = "command line"
# What takes longer shows a progress bar.
PATIENCE_SECONDS = 2
# For programs: what a command shows or has done, as JSON.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


class Command(click.Command):
    """A command that can print any name: a character that the console lacks is escaped.

    A database that is down, missing or not migrated is told in one line.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except SQLAlchemyError:
            db.session.rollback()
            problem = connection_problem() or database_problem()
            if problem is None:
                raise
            raise click.ClickException(problem) from None


class Group(AppGroup):
    """A group whose commands are each a `Command`."""

    command_class = Command


def find_user(who: str) -> SignInUser:
    """Return the user with a number, or with the identity `provider:sub`.

    An e-mail address is not enough: anybody may have an unverified one.  Raises ClickException.
    """
    user = accounts.user_class()
    provider, colon, sub = who.partition(":")
    if colon:
        same = Identity.provider == provider, Identity.sub == sub
        found = db.session.scalar(select(user).join(Identity).where(*same))
    else:
        found = db.session.scalar(select(user).where(user.id == _key(who)))
    if found is None:
        raise click.ClickException(_nobody(who))
    return found


def _key(who: str) -> UserKey | None:
    """Return the key that is written `who`, or None if it cannot be one."""
    try:
        # A longer number is no id, and the database would refuse it.
        return UserKey(who) if len(who) < 19 or not who.isdecimal() else None
    except ValueError:
        return None


def _nobody(who: str) -> str:
    user, address = accounts.user_class(), who.lower()
    theirs = select(Identity.user_id).where(func.lower(Identity.email) == address)
    same = or_(func.lower(user.email) == address, user.id.in_(theirs))
    people = db.session.scalars(select(user).where(same).order_by(user.id)).all() if who else []
    message = (
        f"There is no user {who!r}. Give a number or provider:sub, as flask users list shows them."
    )
    if people:
        message += f" This address has: {', '.join(map(named, people))}."
    return message


def named(user: SignInUser) -> str:
    """Return how messages name a person, such as "The Octocat (user 1)"."""
    return f"{user.name or user.email or 'No name'} (user {user.id})"


def report(as_json: bool, result: dict[str, Any], *lines: str) -> None:
    """Print what a command has done: `lines` for people, or else the result as JSON."""
    if as_json:
        print_json(result)
        return
    for line in lines:
        click.echo(line)


@contextmanager
def progress(label: str, rows: int) -> Iterator[Callable[[int], None]]:
    """Yield a function to call with each number of rows that is done.

    It shows a progress bar after two seconds, on a terminal only.  The bar goes to standard error,
    so it is never part of what a program reads.
    """
    begun = time.monotonic()
    with click.progressbar(length=rows, label=label, file=sys.stderr, hidden=True) as bar:

        def move_on(number: int) -> None:
            late = time.monotonic() - begun > PATIENCE_SECONDS
            bar.hidden = not (late and sys.stderr.isatty())
            bar.update(number)

        yield move_on


def print_json(value: Any) -> None:
    """Print a value as JSON, times in ISO 8601."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_written)
    click.echo(text)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def moment(when: datetime | None) -> str:
    """Return a time for people, or "-"."""
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else "-"
