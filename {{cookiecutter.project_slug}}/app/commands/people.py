"""`flask users`, `flask sessions`, `flask cleanup`."""

import secrets
from datetime import timedelta

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import selectinload

from ..auth import auth
from ..auth.pending import digest
from ..db import db, now
from ..models import AuditEvent, Identity, Invitation, LoginSession, PendingLogin, User

users = AppGroup("users", help="List users, make admins, disable, enable, invite.")
sessions = AppGroup("sessions", help="End sessions.")


@users.command("list")
def list_users() -> None:
    """List users with their identities."""
    everybody = select(User).options(selectinload(User.identities)).order_by(User.id)
    for user in db.session.scalars(everybody):
        marks = ("admin", user.is_admin), ("disabled", not user.is_active)
        marked = "".join(f"  [{word}]" for word, holds in marks if holds)
        click.echo(f"{user.id:>6}  {user.name or '-'}  <{user.email or 'no e-mail'}>{marked}")
        for identity in user.identities:
            click.echo(f"        {identity.provider}:{identity.sub}  {identity.email or ''}")


@users.command("make-admin")
@click.argument("who")
def make_admin(who: str) -> None:
    """Make WHO, a user's number or provider:sub, an administrator."""
    _change(who, "make_admin", is_admin=True)


@users.command("disable")
@click.argument("who")
def disable(who: str) -> None:
    """Switch WHO off: signed out at once everywhere, and cannot sign in."""
    user_id = _change(who, "disable", disabled_at=now())
    _end_sessions(user_id)


@users.command("enable")
@click.argument("who")
def enable(who: str) -> None:
    """Let WHO sign in again."""
    _change(who, "enable", disabled_at=None)


@users.command("invite")
@click.option("--days", default=7, show_default=True, help="How long the link works.")
@click.option("--note", help="Whom it is for; they can see it in their export.")
def invite(days: int, note: str | None) -> None:
    """Print a link with which one person can sign up."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(days=days)
    db.session.add(Invitation(token_hash=digest(token), note=note, expires_at=expires_at))
    db.session.commit()
    click.echo(f"{auth().settings.public_url}/invite/{token}")


@sessions.command("end")
@click.option("--all", "everybody", is_flag=True, help="Of all users.")
@click.option("--user", "who", help="Of one user: a number, or provider:sub.")
def end(everybody: bool, who: str | None) -> None:
    """End sessions: those browsers are signed out with their next request."""
    if everybody == bool(who):
        raise click.UsageError("Say either --all or --user.")
    _end_sessions(_user_id(who) if who else None)


@click.command
@with_appcontext
def cleanup() -> None:
    """Delete what has expired; the app does the same as it goes."""
    moment = now()
    idle = moment - current_app.config["SESSION_IDLE"]
    kept = moment - timedelta(days=auth().settings.audit_days)
    for statement in (
        delete(LoginSession).where(
            or_(LoginSession.expires_at < moment, LoginSession.last_seen_at < idle)
        ),
        delete(PendingLogin).where(PendingLogin.expires_at < moment),
        delete(Invitation).where(Invitation.expires_at < kept),
        delete(AuditEvent).where(AuditEvent.created_at < kept),
    ):
        db.session.execute(statement)
    db.session.commit()
    click.echo("What has expired is gone.")


def _user_id(who: str) -> int:
    provider, colon, sub = who.partition(":")
    if colon:
        wanted = Identity.provider == provider, Identity.sub == sub
        user_id = db.session.scalar(select(Identity.user_id).where(*wanted))
    else:
        number = int(who) if who.isdecimal() else 0
        user_id = db.session.scalar(select(User.id).where(User.id == number))
    if user_id is None:
        raise click.ClickException(f"There is no user {who!r}: see flask users list.")
    return user_id


def _change(who: str, event: str, **values: object) -> int:
    user_id = _user_id(who)
    db.session.execute(update(User).where(User.id == user_id).values(**values))
    db.session.add(AuditEvent(event=event, user_id=user_id, actor="command line"))
    db.session.commit()
    click.echo(f"{event}: user {user_id}")
    return user_id


def _end_sessions(user_id: int | None) -> None:
    theirs = LoginSession.user_id == user_id if user_id else LoginSession.id.is_not(None)
    ended = db.session.execute(delete(LoginSession).where(theirs).returning(LoginSession.id)).all()
    db.session.commit()
    click.echo(f"{len(ended)} session(s) ended.")
