"""`flask invitations`: list invitation links and revoke them.  `flask users invite` makes one."""

from typing import Any

import click

from ..auth import invitations as links
from ..auth import settings
from ..host import db
from ..models import Invitation
from .console import ACTOR, Group, json_option, moment, print_json, report
from .users import users

# What to say of an invitation where SIGNUP is not `invite`.
NOTES_ON_SIGNUP = {
    "open": ["SIGNUP is open: nobody needs it."],
    "closed": ["SIGNUP is closed: it does not work until you set SIGNUP=invite."],
}

invitations = Group("invitations", help="List and revoke invitations.")


@invitations.command("list")
@json_option
def list_invitations(as_json: bool) -> None:
    """List the invitations, newest first."""
    rows = links.newest()
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    for row in rows:
        state = links.state(row)
        whose = f" by user {row.used_by_id}" if row.used_by_id else ""
        when = row.used_at if row.used_at else row.expires_at
        word = {"open": "open until", "used": f"used{whose}", "expired": "expired"}[state]
        click.echo(f"{row.id:>6}  {word} {moment(when)}  {row.note or ''}".rstrip())
    click.echo(f"{len(rows)} invitation(s).")


def _as_json(row: Invitation) -> dict[str, Any]:
    names = ("id", "note", "created_at", "expires_at", "used_at", "used_by_id")
    return {name: getattr(row, name) for name in names} | {"state": links.state(row)}


@invitations.command("revoke")
@click.argument("number", type=int)
@json_option
def revoke(number: int, as_json: bool) -> None:
    """Revoke the invitation NUMBER: its link no longer works."""
    row = links.find(number)
    if row is None:
        message = f"There is no invitation {number}: see flask invitations list."
        raise click.ClickException(message)
    if links.state(row) != "open":
        raise click.ClickException(
            f"Invitation {number} does not work any more: it is {links.state(row)}."
        )
    links.revoke(row, ACTOR)
    db.session.commit()
    message = f"Invitation {number} is revoked: its link does not work any more."
    report(as_json, {"id": number, "state": "revoked"}, message)


@users.command("invite")
@click.option(
    "--days",
    default=7,
    show_default=True,
    type=click.IntRange(1, links.MAX_DAYS),
    help="How long the link works.",
)
@click.option("--note", help="A note; the invited person can see it in their data export.")
@json_option
def invite(days: int, note: str | None, as_json: bool) -> None:
    """Print a link that lets one person sign up."""
    if note and len(note) > links.NOTE_LENGTH:
        raise click.UsageError(f"--note is longer than {links.NOTE_LENGTH} characters.")
    token, expires_at = links.create(days, note, ACTOR)
    db.session.commit()
    link = f"{settings().public_url}{settings().prefix}/invite/{token}"
    notes = NOTES_ON_SIGNUP.get(settings().signup, [])
    result = {"link": link, "expires_at": expires_at, "notes": notes}
    until = f"It lets one person sign up, until {moment(expires_at)}."
    report(as_json, result, link, until, *notes)
