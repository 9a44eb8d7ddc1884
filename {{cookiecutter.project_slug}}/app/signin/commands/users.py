"""`flask users`: list people, make administrators, disable, enable, delete, invite."""

from itertools import groupby

import click
from flask.cli import AppGroup
from sqlalchemy import select

from ..auth import accounts, invitations, settings
from ..config.providers import PRACTICE
from ..database import delete_rows
from ..host import db
from ..models import Identity, LoginSession

ACTOR = "command line"

users = AppGroup("users", help="List users, make admins, disable, enable, delete, invite.")


@users.command("list")
def list_users() -> None:
    """List users with their identities."""
    user = accounts.user_class()
    rows = select(user, Identity).outerjoin(Identity, Identity.user_id == user.id)
    found = db.session.execute(rows.order_by(user.id, Identity.id))
    for person, pairs in groupby(found, key=lambda row: row[0]):
        marks = ("admin", person.is_admin), ("disabled", not person.is_active)
        marked = "".join(f"  [{word}]" for word, holds in marks if holds)
        email = person.email or "no e-mail"
        click.echo(f"{person.id:>6}  {person.name or '-'}  <{email}>{marked}")
        for _, identity in pairs:
            if identity:
                click.echo(f"        {identity.provider}:{identity.sub}  {identity.email or ''}")


@users.command("make-admin")
@click.argument("who")
def make_admin(who: str) -> None:
    """Make WHO, a user's number or provider:sub, an administrator."""
    user_id = find_user(who)
    accounts.make_admin(user_id, ACTOR)
    db.session.commit()
    click.echo(f"User {user_id} is now an administrator.")


@users.command("disable")
@click.argument("who")
def disable(who: str) -> None:
    """Disable WHO: end all their sessions and refuse further sign-ins."""
    user_id = find_user(who)
    theirs = select(LoginSession.id).where(LoginSession.user_id == user_id)
    ended = len(db.session.scalars(theirs).all())
    accounts.disable(user_id, ACTOR)
    db.session.commit()
    click.echo(f"User {user_id} is disabled. {ended} session(s) ended.")


@users.command("enable")
@click.argument("who")
def enable(who: str) -> None:
    """Let WHO sign in again."""
    user_id = find_user(who)
    accounts.enable(user_id, ACTOR)
    db.session.commit()
    click.echo(f"User {user_id} is enabled.")


@users.command("delete")
@click.argument("who", required=False)
@click.option("--practice", is_flag=True, help="Delete users who have only practice identities.")
def delete(who: str | None, practice: bool) -> None:
    """Delete WHO and all their data."""
    if practice == bool(who):
        raise click.UsageError("Use either a user or --practice.")
    user_ids = practice_users() if practice else [find_user(who or "")]
    for user_id in user_ids:
        accounts.delete_account(user_id, ACTOR)
    if practice:
        delete_rows(LoginSession, LoginSession.provider.startswith(PRACTICE))
        delete_rows(Identity, Identity.provider.startswith(PRACTICE))
    db.session.commit()
    click.echo(f"{len(user_ids)} user(s) deleted.")


def practice_users() -> list[int]:
    """Return the ids of users who have only identities of the practice provider."""
    user = accounts.user_class()
    is_practice = Identity.provider.startswith(PRACTICE)
    practice = select(Identity.user_id).where(is_practice)
    real = select(Identity.user_id).where(~is_practice)
    wanted = select(user.id).where(user.id.in_(practice), user.id.not_in(real))
    return list(db.session.scalars(wanted))


@users.command("invite")
@click.option("--days", default=7, show_default=True, help="How long the link works.")
@click.option("--note", help="A note; the invited person can see it in their data export.")
def invite(days: int, note: str | None) -> None:
    """Print a link that lets one person sign up."""
    token = invitations.create(days, note, ACTOR)
    db.session.commit()
    click.echo(f"{settings().public_url}/invite/{token}")


def find_user(who: str) -> int:
    """Return the id of a user, given as a number or as provider:sub.  Raises ClickException."""
    provider, colon, sub = who.partition(":")
    if colon:
        same = Identity.provider == provider, Identity.sub == sub
        user_id = db.session.scalar(select(Identity.user_id).where(*same))
    else:
        user = accounts.user_class()
        number = int(who) if who.isdecimal() else 0
        user_id = db.session.scalar(select(user.id).where(user.id == number))
    if user_id is None:
        raise click.ClickException(f"There is no user {who!r}: see flask users list.")
    return user_id
