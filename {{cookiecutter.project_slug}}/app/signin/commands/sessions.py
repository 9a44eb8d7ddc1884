"""`flask sessions`: list sessions, and sign people out."""

from typing import Any

import click

from ..auth import api_tokens, audit, session_rows
from ..database import delete_rows
from ..host import db
from ..models import ApiToken, LoginSession
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

# Events that are stored at once.
BITE = 500

sessions = Group("sessions", help="List and end sessions.")


@sessions.command("list")
@click.option("--user", "who", help="List sessions of one user: a number, or provider:sub.")
@json_option
def list_sessions(who: str | None, as_json: bool) -> None:
    """List the browsers that are signed in."""
    theirs = [LoginSession.user_id == find_user(who).id] if who else []
    rows = session_rows.open_sessions(*theirs)
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.id:>6}  {named(row.user)}  {row.provider}  {row.address or '-'}")
        click.echo(
            f"        since {moment(row.created_at)}, last seen {moment(row.last_seen_at)},"
            f" ends {moment(session_rows.ends_at(row))}"
        )
        click.echo(f"        {row.user_agent or '-'}")
    click.echo(f"{len(rows)} session(s).")


def _as_json(row: LoginSession) -> dict[str, Any]:
    names = ("id", "user_id", "provider", "address", "user_agent", "created_at", "last_seen_at")
    return {name: getattr(row, name) for name in names} | {"ends_at": session_rows.ends_at(row)}


@sessions.command("end")
@click.option("--all", "everybody", is_flag=True, help="End sessions of all users.")
@click.option("--user", "who", help="End sessions of one user: a number, or provider:sub.")
@json_option
def end(everybody: bool, who: str | None, as_json: bool) -> None:
    """End sessions and revoke API tokens.  Each browser is signed out at its next request."""
    if everybody == bool(who):
        raise click.UsageError("Use either --all or --user.")
    if who:
        person = find_user(who).id
        api_tokens.end(person)
        user_ids = session_rows.end(LoginSession.user_id == person)
    else:
        delete_rows(ApiToken)
        user_ids = session_rows.end()
    people = sorted(set(user_ids))
    with progress("Recording it", len(people)) as move_on:
        for begin in range(0, len(people), BITE):
            bite = people[begin : begin + BITE]
            for user_id in bite:
                audit.record("end_sessions", user_id=user_id, actor=ACTOR)
            db.session.flush()
            move_on(len(bite))
    db.session.commit()
    result = {"sessions": len(user_ids), "users": len(people)}
    report(as_json, result, f"{len(user_ids)} session(s) ended.")
