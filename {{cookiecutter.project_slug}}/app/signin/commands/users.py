"""`flask users`: list and show people, make administrators, disable, enable, delete."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import click
from sqlalchemy import func, select

from ..auth import accounts, lifecycle, session_rows, settings
from ..auth.errors import IdentityError
from ..config.providers import PRACTICE
from ..database import delete_rows
from ..host import db
from ..models import Identity, LoginSession
from ..user import SignInUser
from .console import (
    ACTOR,
    Group,
    find_user,
    json_option,
    moment,
    named,
    print_json,
    progress,
    report,
)

users = Group("users", help="List and show users, make administrators, disable, delete, invite.")


@users.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """List users with their identities."""
    user = accounts.user_class()
    rows = select(user, Identity).outerjoin(Identity, Identity.user_id == user.id)
    found = groupby(db.session.execute(rows.order_by(user.id, Identity.id)), key=lambda row: row[0])
    if as_json:
        print_json([_as_json(person, (one for _, one in pairs if one)) for person, pairs in found])
        return
    for person, pairs in found:
        email = person.email or "no e-mail"
        click.echo(f"{person.id:>6}  {person.name or '-'}  <{email}>{_marks(person)}")
        for _, identity in pairs:
            if identity:
                click.echo(f"        {identity.provider}:{identity.sub}  {identity.email or ''}")


def _as_json(person: SignInUser, identities: Iterable[Identity]) -> dict[str, Any]:
    names = ("id", "name", "email", "email_verified", "is_admin", "disabled_at", "created_at")
    of_identity = ("provider", "sub", "issuer", "email", "email_verified", "last_used_at")
    return {name: getattr(person, name) for name in names} | {
        "identities": [{name: getattr(one, name) for name in of_identity} for one in identities]
    }


def _marks(person: SignInUser) -> str:
    marks = ("admin", person.is_admin), ("disabled", not person.may_sign_in)
    return "".join(f"  [{word}]" for word, holds in marks if holds)


@users.command("show")
@click.argument("who")
@json_option
def show(who: str, as_json: bool) -> None:
    """Show WHO, a user's number or provider:sub: profile, identities, sessions."""
    person = find_user(who)
    if as_json:
        open_now = session_rows.open_sessions(LoginSession.user_id == person.id)
        print_json(_as_json(person, _identities(person)) | {"sessions": len(open_now)})
        return
    address = f"<{person.email}>" if person.email else "no e-mail"
    verified = "" if not person.email else " verified" if person.email_verified else " not verified"
    click.echo(f"{named(person)}{_marks(person)}")
    click.echo(f"  e-mail    {address}{verified}")
    click.echo(f"  created   {moment(person.created_at)}")
    if person.disabled_at:
        click.echo(f"  disabled  {moment(person.disabled_at)}")
    for identity in _identities(person):
        click.echo(f"  identity  {identity.provider}:{identity.sub}  {identity.email or ''}")
        click.echo(f"            issuer {identity.issuer or '-'}")
        click.echo(f"            last used {moment(identity.last_used_at)}")
    theirs = LoginSession.user_id == person.id
    click.echo(f"  sessions  {len(session_rows.open_sessions(theirs))}")


def _identities(person: SignInUser) -> list[Identity]:
    theirs = select(Identity).where(Identity.user_id == person.id).order_by(Identity.id)
    return list(db.session.scalars(theirs))


@users.command("make-admin")
@click.argument("who")
@json_option
def make_admin(who: str, as_json: bool) -> None:
    """Make WHO, a user's number or provider:sub, an administrator."""
    person = find_user(who)
    lifecycle.set_admin(person.id, ACTOR, is_admin=True)
    db.session.commit()
    result = {"id": person.id, "is_admin": True}
    report(as_json, result, f"{named(person)} is now an administrator.")


@users.command("remove-admin")
@click.argument("who")
@json_option
def remove_admin(who: str, as_json: bool) -> None:
    """Take administrator rights from WHO."""
    person = find_user(who)
    lifecycle.set_admin(person.id, ACTOR, is_admin=False)
    db.session.commit()
    notes = list(_after_remove_admin(person))
    result = {"id": person.id, "is_admin": False, "notes": notes}
    report(as_json, result, f"{named(person)} is not an administrator any more.", *notes)


def _after_remove_admin(person: SignInUser) -> Iterator[str]:
    """Yield what the owner should know or do then."""
    for name in sorted(f"{one.provider}:{one.sub}" for one in _identities(person)):
        if name in settings().admins:
            yield f"Remove {name} from ADMINS: otherwise the next sign-in grants them again."
    user = accounts.user_class()
    if not db.session.scalar(select(func.count()).select_from(user).where(user.is_admin)):
        yield "There is no administrator now: flask users make-admin makes one."


@users.command("disable")
@click.argument("who")
@json_option
def disable(who: str, as_json: bool) -> None:
    """Disable WHO: end all their sessions and refuse further sign-ins."""
    person = find_user(who)
    ended = lifecycle.disable(person.id, ACTOR)
    db.session.commit()
    result = {"id": person.id, "disabled": True, "sessions": ended}
    report(as_json, result, f"{named(person)} is disabled. {ended} session(s) ended.")


@users.command("enable")
@click.argument("who")
@json_option
def enable(who: str, as_json: bool) -> None:
    """Let WHO sign in again."""
    person = find_user(who)
    lifecycle.enable(person.id, ACTOR)
    db.session.commit()
    report(as_json, {"id": person.id, "disabled": False}, f"{named(person)} is enabled.")


@users.command("delete")
@click.argument("who", required=False)
@click.option("--practice", is_flag=True, help="Delete users who have only practice identities.")
@json_option
def delete(who: str | None, practice: bool, as_json: bool) -> None:
    """Delete WHO and all their data."""
    if practice == bool(who):
        raise click.UsageError("Use either a user or --practice.")
    people = practice_users() if practice else [find_user(who or "")]
    names = {person.id: named(person) for person in people}
    with progress("Deleting", len(people)) as move_on:
        for person in people:
            _delete(person)
            move_on(1)
    if practice:
        delete_rows(LoginSession, LoginSession.provider.startswith(PRACTICE))
        delete_rows(Identity, Identity.provider.startswith(PRACTICE))
    db.session.commit()
    lines = [f"{name} is deleted." for name in names.values()]
    report(as_json, {"deleted": list(names)}, *lines, f"{len(names)} user(s) deleted.")


def _delete(person: SignInUser) -> None:
    try:
        lifecycle.delete_account(person.id, ACTOR)
    except IdentityError as error:
        db.session.rollback()
        raise click.ClickException(
            f"{named(person)} is not deleted, and nobody else is: rows of your tables refer to"
            f" them. {error}"
        ) from None


def practice_users() -> list[SignInUser]:
    """Return the users who have only identities of the practice provider."""
    user = accounts.user_class()
    is_practice = Identity.provider.startswith(PRACTICE)
    practice = select(Identity.user_id).where(is_practice)
    real = select(Identity.user_id).where(~is_practice)
    wanted = select(user).where(user.id.in_(practice), user.id.not_in(real))
    return list(db.session.scalars(wanted))
